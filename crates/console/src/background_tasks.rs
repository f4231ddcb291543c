//! What the loop has done beside itself: a picture fetched and made ready, an address opened, a text kept in a file. Each
//! in a task of its own, and each says what came of it.

use std::process::Stdio;

use ratatui::layout::Size;
use ratatui_image::picker::Picker;

use super::backend::{DataSource, UserMessage};
use super::clipboard;
use super::image_protocol;
use super::terminal_image::TerminalImage;

/// Asks the terminal how it shows pictures. The reader of keys must be gone before.
pub(super) async fn detect_image_protocol() -> Picker {
    let asked = tokio::task::spawn_blocking(|| {
        // Whoever still waits for a key there is woken, and gone when this returns.
        let _ = ratatui::crossterm::event::poll(std::time::Duration::ZERO);
        image_protocol::detect_picker()
    });
    asked.await.unwrap_or_else(|_| image_protocol::half_block_picker())
}

/// Fetches a picture and makes it ready.
pub(super) async fn load_image(
    records: &dyn DataSource,
    address: &str,
    picker: Option<Picker>,
    room: Size,
) -> Result<TerminalImage, UserMessage> {
    let bytes = records.load_image(address).await?;
    let picker = picker.unwrap_or_else(image_protocol::half_block_picker);
    let drawn = tokio::task::spawn_blocking(move || TerminalImage::from_bytes(&bytes, &picker, room));
    drawn.await.unwrap_or_else(|_| Err("the picture cannot be drawn".to_owned()))
}

/// Opens an address in the operator's browser, or says it where there is none.
#[expect(clippy::unused_async, reason = "an errand as the others: it runs in a task")]
pub(super) async fn open_url(address: String, browser: Option<String>) -> String {
    let is_web = url::Url::parse(&address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let Some(browser) = browser.filter(|_| is_web) else { return format!("no browser here; the address: {address}") };
    let opened = tokio::process::Command::new(&browser)
        .arg(&address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match opened {
        // It is waited for somewhere, so that nothing of it is left behind when it ends.
        Ok(mut child) => {
            tokio::spawn(async move { child.wait().await });
            format!("opened {address}")
        }
        Err(error) => format!("{browser}: {error}; the address: {address}"),
    }
}

/// Keeps a text in a file.
pub(super) async fn save_to_temp_file(text: String) -> String {
    let stored_path = tokio::task::spawn_blocking(move || clipboard::write_temp_file(&text)).await;
    match stored_path.map_err(std::io::Error::other).and_then(|stored_path| stored_path) {
        Ok(path) => format!("in {}", path.display()),
        Err(error) => format!("cannot be kept in a file: {error}"),
    }
}
