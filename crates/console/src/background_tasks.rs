//! Work that the event loop runs in tasks: loading an image, opening an address, saving text to a file. Each function
//! returns its result or the message for the operator.

use std::process::Stdio;

use ratatui::layout::Size;
use ratatui_image::picker::Picker;

use super::backend::{DataSource, UserMessage};
use super::clipboard;
use super::image_protocol;
use super::terminal_image::TerminalImage;

/// Asks the terminal how it shows images. The stream of keys must be dropped first, because it would read the
/// terminal's reply.
pub(super) async fn detect_image_protocol() -> Picker {
    let detection = tokio::task::spawn_blocking(|| {
        // Wakes a thread that still waits for a key. The thread has ended when this call returns.
        let _ = ratatui::crossterm::event::poll(std::time::Duration::ZERO);
        image_protocol::detect_picker()
    });
    detection.await.unwrap_or_else(|_| image_protocol::half_block_picker())
}

/// Loads an image and scales it to the cells of `size`.
///
/// # Errors
/// Returns the data source's error, or a message if the bytes are not an image that can be shown.
pub(super) async fn load_image(
    data_source: &dyn DataSource,
    url: &str,
    picker: Option<Picker>,
    size: Size,
) -> Result<TerminalImage, UserMessage> {
    let bytes = data_source.load_image(url).await?;
    let picker = picker.unwrap_or_else(image_protocol::half_block_picker);
    let image = tokio::task::spawn_blocking(move || TerminalImage::from_bytes(&bytes, &picker, size));
    let image = image.await.map_err(|_| "cannot draw the picture".to_owned())?;
    image.map_err(|error| error.to_string())
}

/// Opens an address in the operator's browser. Returns the message for the operator, which contains the address if
/// there is no browser.
#[expect(clippy::unused_async, reason = "runs in a task, as the other functions here do")]
pub(super) async fn open_url(url: String, browser: Option<String>) -> String {
    let is_web = url::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let Some(browser) = browser.filter(|_| is_web) else { return format!("no browser found; the address is {url}") };
    let opened = tokio::process::Command::new(&browser)
        .arg(&url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match opened {
        // Waits for the process when it ends, so that it does not remain as a zombie.
        Ok(mut child) => {
            tokio::spawn(async move { child.wait().await });
            format!("opened {url}")
        }
        Err(error) => format!("{browser}: {error}; the address: {url}"),
    }
}

/// Saves text to a temporary file. Returns the message for the operator.
pub(super) async fn save_to_temp_file(text: String) -> String {
    match files::run_blocking(move || clipboard::write_temp_file(&text)).await {
        Ok(path) => format!("in {}", path.display()),
        Err(error) => format!("cannot be saved to a file: {}", files::describe_io_error(&error)),
    }
}
