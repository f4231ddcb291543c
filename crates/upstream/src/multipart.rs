//! Encodes files as a multipart form (RFC 7578).

/// A file of a form.
pub struct FormFile<'a> {
    /// Name of the form field.
    pub field: &'a str,
    pub file_name: &'a str,
    pub content_type: &'a str,
    pub content: &'a [u8],
}

/// An encoded form.
pub struct MultipartForm {
    pub content_type: String,
    pub body: Vec<u8>,
}

impl MultipartForm {
    /// Encodes a form with these files.
    pub fn encode(files: &[FormFile<'_>]) -> Self {
        let boundary = unused_boundary(files);
        let mut body = Vec::new();
        for FormFile { field, file_name, content_type, content } in files {
            let head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{}\"\r\n\
                 Content-Type: {content_type}\r\n\r\n",
                escape_name(file_name)
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Self { content_type: format!("multipart/form-data; boundary={boundary}"), body }
    }
}

/// Escapes characters that would end the name, like browsers (HTML Standard, "multipart/form-data encoding
/// algorithm").
fn escape_name(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

/// Returns a boundary that does not occur in any file (RFC 2046, 5.1.1).
fn unused_boundary(files: &[FormFile<'_>]) -> String {
    let is_used = |boundary: &str| {
        files.iter().any(|file| file.content.windows(boundary.len()).any(|window| window == boundary.as_bytes()))
    };
    let mut number = 0_u64;
    loop {
        let boundary = format!("draft-maker-part-{number}");
        if !is_used(&boundary) {
            return boundary;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_cannot_end_its_part() {
        let content = b"draft-maker-part-0\r\n--draft-maker-part-1";
        let file = FormFile { field: "file", file_name: "a\"\r\n.csv", content_type: "text/csv", content };
        let form = MultipartForm::encode(&[file]);
        assert_eq!(form.content_type, "multipart/form-data; boundary=draft-maker-part-2");
        let body = String::from_utf8(form.body).expect("text");
        assert!(body.contains("filename=\"a%22%0D%0A.csv\""), "{body}");
        assert_eq!(body.matches("draft-maker-part-2").count(), 2);
    }
}
