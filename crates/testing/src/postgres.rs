//! A PostgreSQL server for one test: a new data directory, reached over a Unix socket, with durable writes like a real
//! server (`fsync` on).
//!
//! A server refuses to run as root, so for root it runs as the user `postgres`, or else `nobody`. Initializing a data
//! directory takes seconds of processor time, so it is done once per machine and then copied.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use secrecy::SecretString;
use store::location::{DatabaseUrl, StoreLocation};

/// How long the server may take to start on a busy machine.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// A running server. It stops when this value is dropped or the test process ends, however that happens.
pub struct PostgresServer {
    /// The shell that runs the server, and stops it when the shell's standard input closes.
    guard: Option<Child>,
    dir: PathBuf,
    /// TCP port for TLS connections, if the server accepts any.
    tls_port: Option<u16>,
}

/// Returns the folder with the programs of the newest installed PostgreSQL.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
    let number = |dir: &PathBuf| dir.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|version| version.path()).filter(|dir| number(dir).is_some()).max_by_key(number)?;
    Some(newest.join("bin")).filter(|bin| bin.join("postgres").exists())
}

/// Returns the user and group ID for the server; `None` if this process can run it itself.
fn server_user() -> Option<(u32, u32)> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0);
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let find = |name: &str| {
        let fields: Vec<&str> = users.lines().map(|line| line.split(':').collect()).find(|f: &Vec<_>| f[0] == name)?;
        Some((fields[2].parse().ok()?, fields[3].parse().ok()?))
    };
    is_root.then(|| find("postgres").or_else(|| find("nobody")).expect("a user who is not root"))
}

/// Returns a command that runs as the server's user.
fn as_server_user(program: &Path) -> Command {
    match server_user() {
        None => Command::new(program),
        Some((user, group)) => {
            let mut command = Command::new("setpriv");
            command.args([format!("--reuid={user}"), format!("--regid={group}"), "--clear-groups".to_owned()]);
            command.arg(program);
            command
        }
    }
}

fn give_to_server_user(path: &Path) {
    if let Some((user, group)) = server_user() {
        chown(path, Some(user), Some(group)).expect("the folder of the server");
    }
}

fn create_folder(path: &Path) {
    fs::create_dir_all(path).expect("a folder for the server");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("its permissions");
    give_to_server_user(path);
}

/// Returns a data directory that is initialized once per machine. Concurrent processes wait until it is.
fn initialized_data(bin: &Path) -> PathBuf {
    let version = bin.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    let user = server_user().map_or("self".to_owned(), |(user, _)| user.to_string());
    let folder = std::env::temp_dir().join(format!("draft-maker-test-postgres-{version}-{user}"));
    create_folder(&folder);
    let lock = fs::File::create(folder.join("lock")).expect("a lock file");
    lock.lock().expect("a lock");
    let data = folder.join("data");
    if !data.join("initialized").exists() {
        fs::remove_dir_all(&data).ok();
        let mut initdb = as_server_user(&bin.join("initdb"));
        initdb.args(["--auth=trust", "--username=shop", "--encoding=UTF8", "--locale=C", "--pgdata"]).arg(&data);
        let output = initdb.current_dir("/").output().expect("initdb");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::write(data.join("initialized"), "").expect("a marker file");
    }
    data
}

impl PostgresServer {
    /// Starts a server. Prints a line and returns `None` if PostgreSQL is not installed; panics instead in CI.
    pub fn start() -> Option<Self> {
        let (mut server, bin) = Self::create()?;
        server.run(&bin);
        Some(server)
    }

    /// Starts a server that also accepts TLS connections to `localhost`. Its certificate has only this name.
    pub fn start_with_tls() -> Option<Self> {
        let (mut server, bin) = Self::create()?;
        let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        server.tls_port = Some(listener.expect("a free port").port());
        let signed = ["-CA", "authority.crt", "-CAkey", "authority.key", "-addext", "subjectAltName=DNS:localhost"];
        server.create_certificate("authority", &[]);
        server.create_certificate("other_authority", &[]);
        server
            .create_certificate("server", &[&signed[..], &["-addext", "basicConstraints=critical,CA:FALSE"]].concat());
        let rules = "local all all trust\nhostssl all all 127.0.0.1/32 trust\n";
        fs::write(server.dir.join("data/pg_hba.conf"), rules).expect("the rules for connections");
        server.run(&bin);
        Some(server)
    }

    /// Creates `NAME.crt` and `NAME.key` with openssl, which Debian's PostgreSQL depends on.
    fn create_certificate(&self, name: &str, options: &[&str]) {
        let mut openssl = as_server_user(Path::new("openssl"));
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
        openssl.args([
            "-subj",
            &format!("/CN={name}"),
            "-out",
            &format!("{name}.crt"),
            "-keyout",
            &format!("{name}.key"),
        ]);
        let output = openssl.args(options).current_dir(&self.dir).output().expect("openssl");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Creates the data directory of a server, and returns it with the folder of the programs. Prints a line and
    /// returns `None` if PostgreSQL is not installed; panics instead in CI.
    fn create() -> Option<(Self, PathBuf)> {
        let Some(bin) = programs() else {
            assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed; scripts/test installs it");
            eprintln!("skipped: PostgreSQL is not installed (Debian: apt-get install postgresql)");
            return None;
        };
        let initialized = initialized_data(&bin);
        let unique = format!("draft-maker-pg-{}-{}", std::process::id(), unique_number());
        let dir = std::env::temp_dir().join(unique);
        create_folder(&dir);
        let copied = as_server_user(Path::new("cp")).arg("-a").arg(&initialized).arg(dir.join("data")).status();
        assert!(copied.expect("cp").success(), "the data directory can be copied");
        Some((Self { guard: None, dir, tls_port: None }, bin))
    }

    /// Runs the server until its guard is dropped or stopped.
    #[expect(clippy::disallowed_methods, reason = "it also starts without a runtime, and before any test waits")]
    fn run(&mut self, bin: &Path) {
        // The shell waits until its input closes, which also happens when this process is killed.
        let script = r#""$0/postgres" -D "$1/data" -k "$1" -c listen_addresses= -c max_connections=50 $2 >"$1/log" 2>&1 &
            server=$!; read -r _; kill -QUIT "$server"; wait "$server""#;
        let mut guard = as_server_user(Path::new("/bin/sh"));
        let tls = self.tls_port.map(|port| {
            let files = "-c ssl_cert_file=../server.crt -c ssl_key_file=../server.key";
            format!("-c listen_addresses=127.0.0.1 -c port={port} -c ssl=on {files}")
        });
        guard.args(["-c", script]).arg(bin).arg(&self.dir).arg(tls.unwrap_or_default());
        guard.current_dir("/").stdin(Stdio::piped());
        self.guard = Some(guard.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a shell"));
        let start = Instant::now();
        while !fs::read_to_string(self.dir.join("log")).is_ok_and(|log| log.contains("ready to accept connections")) {
            let log = || fs::read_to_string(self.dir.join("log")).unwrap_or_default();
            assert!(start.elapsed() < START_TIMEOUT, "the server does not start: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops the server immediately, like a power failure: data that is not durable is lost.
    pub fn stop(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            guard.wait().expect("the server ends");
        }
    }

    /// Restarts the server.
    pub fn restart(&mut self) {
        fs::remove_file(self.dir.join("log")).ok();
        self.run(&programs().expect("PostgreSQL"));
    }

    /// Returns the URL of the server's database.
    pub fn url(&self) -> String {
        format!("postgres:///postgres?user=shop&host={}", self.dir.display())
    }

    /// Returns the URL of the server's database over TLS with full verification; `None` without TLS. The certificate
    /// of another authority is beside `sslrootcert`, with the name `other_authority.crt`.
    pub fn tls_url(&self) -> Option<String> {
        let authority = self.dir.join("authority.crt");
        let port = self.tls_port?;
        Some(format!(
            "postgres://shop@localhost:{port}/postgres?sslmode=verify-full&sslrootcert={}",
            authority.display()
        ))
    }

    /// Returns the location of a store in the server's database.
    pub fn location(&self, data_dir: &Path) -> StoreLocation {
        let url = DatabaseUrl::parse(&SecretString::from(self.url())).expect("a URL");
        StoreLocation::in_database(url, data_dir)
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.stop();
        fs::remove_dir_all(&self.dir).ok();
    }
}

fn unique_number() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The store of one test, in files or in PostgreSQL, with its data directory.
pub struct TestStore {
    dir: PathBuf,
    server: Option<PostgresServer>,
}

impl TestStore {
    /// Creates a store in SQLite files.
    pub fn in_files() -> Self {
        let dir = std::env::temp_dir().join(format!("draft-maker-store-{}-{}", std::process::id(), unique_number()));
        fs::create_dir_all(&dir).expect("a folder");
        Self { dir, server: None }
    }

    /// Creates a store in PostgreSQL; `None` if PostgreSQL is not installed.
    pub fn in_postgres() -> Option<Self> {
        let server = PostgresServer::start()?;
        let mut store = Self::in_files();
        store.server = Some(server);
        Some(store)
    }

    /// Returns the location of the store.
    pub fn location(&self) -> StoreLocation {
        match &self.server {
            None => StoreLocation::in_folder(&self.dir),
            Some(server) => server.location(&self.dir),
        }
    }

    /// Returns the data directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Returns the PostgreSQL server of the store.
    ///
    /// # Errors
    /// Returns an error if the store is in files.
    pub fn server(&mut self) -> io::Result<&mut PostgresServer> {
        self.server.as_mut().ok_or_else(|| io::Error::other("this store is in files"))
    }
}

impl Drop for TestStore {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.dir).ok();
    }
}

/// Runs tests on both databases: `each_store!(name, other_name)`, where each test is `async fn name(store: TestStore)`.
/// With `each_store!(threads: name)`, the runtime has two threads.
#[macro_export]
macro_rules! each_store {
    (threads: $($name:ident),* $(,)?) => {
        $($crate::each_store!(@ $name, #[tokio::test(flavor = "multi_thread", worker_threads = 2)]);)*
    };
    ($($name:ident),* $(,)?) => {
        $($crate::each_store!(@ $name, #[tokio::test]);)*
    };
    (@ $name:ident, #[$attribute:meta]) => {
        mod $name {
            #[$attribute]
            async fn in_files() {
                super::$name($crate::postgres::TestStore::in_files()).await;
            }
            #[$attribute]
            async fn in_postgres() {
                if let Some(store) = $crate::postgres::TestStore::in_postgres() {
                    super::$name(store).await;
                }
            }
        }
    };
}
