//! The commands of docs/API.md, and those of docs/DEPLOYMENT.md that call the API, run exactly as written. Each
//! response has the structure of the block below its command.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use super::test_server::{TIMEOUT, TestServer};
use crate::batch::shop::Shop;
use api::error::ErrorCode;
use sandbox::SandboxOptions;

/// Commands, and the kind and text of the block below them.
struct Step {
    commands: String,
    answer: Option<(String, String)>,
}

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)).unwrap()
}

/// Returns the fenced blocks, each with its language.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```") else { continue };
        let block = lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
        blocks.push((kind.to_owned(), block));
    }
    blocks
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps = Vec::<Step>::new();
    for (kind, block) in blocks(text) {
        if kind == "sh" && block.starts_with("# needs") {
            // The commands need an account of eBay.
        } else if kind == "sh" {
            steps.push(Step { commands: block, answer: None });
        } else if kind == "yaml" {
            // The block is a file, not an answer.
        } else if let Some(step) = steps.last_mut() {
            assert!(step.answer.is_none(), "two answers to {}", step.commands);
            step.answer = Some((kind, block));
        }
    }
    steps
}

/// Runs all commands in one shell, so that variables persist. Each step writes its output to a separate file.
async fn run_in_one_shell(server: &TestServer, steps: &[Step]) -> Vec<String> {
    let folder = server.shop.home.path().join("answers");
    fs::create_dir(&folder).unwrap();
    let mut script = "set -eu\n".to_owned();
    for (number, step) in steps.iter().enumerate() {
        let commands = step.commands.replace("http://localhost:8080", &server.address);
        let opened = format!("exec >{}/{number}\n", folder.display());
        script.extend([opened, commands]);
    }
    let mut shell = tokio::process::Command::new("sh");
    shell.arg("-c").arg(script).current_dir(server.shop.home.path()).env("DRAFT_MAKER_TOKEN", "not-needed-here");
    let run = shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true).output();
    let ran = tokio::time::timeout(TIMEOUT, run).await.expect("the commands end").unwrap();
    let read = |number: usize| fs::read_to_string(folder.join(number.to_string())).ok();
    let answers = (0..steps.len()).map_while(read).collect::<Vec<_>>();
    assert!(
        ran.status.success() && answers.len() == steps.len(),
        "{:?} at\n{}{}{}",
        ran.status,
        steps[answers.len().saturating_sub(1)].commands,
        answers.last().map_or("", String::as_str),
        String::from_utf8_lossy(&ran.stderr)
    );
    answers
}

/// Returns whether two error texts are equal, except for job names and the parts replaced by `…`.
fn is_same_detail(written: &str, given: &str) -> bool {
    let without_jobs = |text: &str| {
        let words = text.split(' ').map(|word| if word.contains("batch_20") { "JOB" } else { word });
        words.collect::<Vec<_>>().join(" ")
    };
    let (written, given) = (without_jobs(written), without_jobs(given));
    match written.split_once('…') {
        Some((start, end)) => given.starts_with(start) && given.ends_with(end),
        None => written == given,
    }
}

/// Describes how two values differ in structure. `null` matches anything, and `"…"` allows more keys. Error texts are
/// compared too.
fn differs(at: &str, written: &Value, given: &Value) -> Option<String> {
    match (written, given) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::Object(written), Value::Object(given)) => {
            let lacking = written.keys().find(|key| *key != "…" && !given.contains_key(*key));
            let further = given.keys().find(|key| !written.contains_key("…") && !written.contains_key(*key));
            let here = lacking.map(|key| format!("{at} has no {key}"));
            here.or_else(|| further.map(|key| format!("{at} has also {key}"))).or_else(|| {
                let mut both = written.iter().filter_map(|(key, value)| Some((key, value, given.get(key)?)));
                both.find_map(|(key, value, other)| differs(&format!("{at}/{key}"), value, other))
            })
        }
        (Value::Array(written), Value::Array(given)) => {
            let both = written.first().zip(given.first());
            both.and_then(|(written, given)| differs(&format!("{at}/0"), written, given))
        }
        (Value::String(written), Value::String(given)) if at.ends_with("/detail") && at.len() == "/detail".len() => {
            (!is_same_detail(written, given)).then(|| format!("{at} is {given:?} and not {written:?}"))
        }
        (written, given) => {
            let alike = std::mem::discriminant(written) == std::mem::discriminant(given);
            (!alike).then(|| format!("{at} is {given} and not like {written}"))
        }
    }
}

fn json_differs(written: &str, given: &str) -> Option<String> {
    let written = serde_json::from_str(written).unwrap_or_else(|error| panic!("{error}: {written}"));
    match serde_json::from_str(given) {
        Ok(given) => differs("", &written, &given),
        Err(error) => Some(format!("{error}: {given}")),
    }
}

/// Returns the first word of a line, without its values.
fn first_word(line: &str) -> &str {
    let end = line.find(|c: char| c.is_ascii_digit() || " ,{:".contains(c)).unwrap_or(line.len());
    if end == 0 { &line[..line.len().min(1)] } else { &line[..end] }
}

fn text_differs(written: &str, given: &str) -> Option<String> {
    let text = |line: &str| {
        // Names of events are compared completely.
        let wanted = if line.starts_with("event: ") { line } else { first_word(line) };
        given.lines().any(|given| given.starts_with(wanted))
    };
    let lacking = written.lines().find(|line| !text(line));
    lacking.map(|line| format!("no line like {line:?} in\n{given}"))
}

fn http_differs(written: &str, given: &str) -> Option<String> {
    let given = given.replace('\r', "");
    let (head, body) = written.split_once("\n\n").unwrap();
    if given.lines().next() != Some(head.trim()) {
        return Some(format!("{head} is {given}"));
    }
    json_differs(body, given.split_once("\n\n").map_or("", |(_, body)| body))
}

fn assert_matches(step: &Step, given: &str) {
    let Some((kind, written)) = &step.answer else { return };
    let difference = match kind.as_str() {
        "json" => json_differs(written, given),
        "http" => http_differs(written, given),
        "text" => text_differs(written, given),
        other => panic!("unknown kind of block: {other:?}"),
    };
    if let Some(difference) = difference {
        panic!("{}the response differs from the document: {difference}", step.commands);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_api_page_work_as_written() {
    let latency = Duration::from_millis(20);
    let shop = Shop::with(SandboxOptions {
        enforce_limits: false,
        synthetic_releases: 3_000,
        latency,
        ..SandboxOptions::default()
    })
    .await;
    let server = TestServer::for_shop(shop).await;
    server.put_synthetic("box-15.txt");
    let steps = steps(&document("API.md"));
    assert!(steps.len() > 15, "too few commands were found on the page");
    let answers = run_in_one_shell(&server, &steps).await;
    steps.iter().zip(&answers).for_each(|(step, answer)| assert_matches(step, answer));
}

/// Every route of the OpenAPI description is on the page.
#[tokio::test(flavor = "multi_thread")]
async fn the_api_page_covers_every_route() {
    let server = TestServer::open().await;
    let api = server.get("/api/openapi.json").await.is(200);
    let values = [("$JOB", "{job_id}"), ("$BIG", "{job_id}"), ("$SCAN", "{job_id}"), ("till-2-0003", "{key}")];
    let values = values.into_iter().chain([("720642442524", "{upc}"), ("back.jpg", "{name}")]);
    let page = values.fold(document("API.md"), |page, (value, name)| page.replace(value, name));
    let routes = api["paths"].as_object().unwrap().keys();
    let missing = routes.filter(|route| !page.contains(route.as_str())).collect::<Vec<_>>();
    assert!(missing.is_empty(), "{missing:?}");
    let problems = document("API.md");
    let codes = ErrorCode::ALL.iter().filter(|code| **code != ErrorCode::Unrecognized).map(ErrorCode::to_string);
    let undocumented = codes.filter(|code| !problems.contains(&format!("`{code}`")));
    assert_eq!(undocumented.collect::<Vec<_>>(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_requests_of_the_deployment_page_succeed() {
    let shop = Shop::open().await;
    let server = TestServer::for_shop(shop).await;
    let is_request = |commands: &str| {
        let whole = commands.replace("\\\n", " ");
        let mut commands = whole.lines().filter(|line| !line.starts_with('#')).peekable();
        commands.peek().is_some() && commands.all(|line| line.starts_with("curl "))
    };
    let steps = steps(&document("DEPLOYMENT.md")).into_iter().filter(|step| is_request(&step.commands));
    let steps = steps.map(|step| Step { answer: None, ..step }).collect::<Vec<_>>();
    assert!(!steps.is_empty());
    let answers = run_in_one_shell(&server, &steps).await;
    assert!(answers.iter().all(|answer| answer.contains("\"status\":")), "{answers:?}");
}

#[test]
fn a_different_shape_is_detected() {
    let differs = |written: &str, given: &str| json_differs(written, given).is_some();
    assert!(!differs(r#"{"a": 1, "b": null}"#, r#"{"a":2,"b":"x"}"#));
    assert!(differs(r#"{"a": 1}"#, r#"{"a":"1"}"#) && differs(r#"{"a": 1}"#, r#"{"a":1,"b":2}"#));
    assert!(differs(r#"{"a": [{"b": 1}]}"#, r#"{"a":[{}]}"#) && !differs(r#"{"…": 1}"#, r#"{"b":2}"#));
    assert!(text_differs("event: item", "event: done\n").is_some() && text_differs("id: 4", "id: 9\n").is_none());
    assert!(http_differs("HTTP/1.1 404 Not Found\n\n{}", "HTTP/1.1 200 OK\r\n\r\n{}").is_some());
}
