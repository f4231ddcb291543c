//! Encodes lists as the files of a multipart form (RFC 7578).

/// A list with a name.
pub struct NamedList {
    pub name: String,
    pub content: Vec<u8>,
}

/// Returns the content type and the body of a form with these lists.
pub(super) fn to_form(lists: &[NamedList]) -> (String, Vec<u8>) {
    let boundary = unused_boundary(lists);
    let mut body = Vec::new();
    for NamedList { name, content } in lists {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n",
            escape_name(name)
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// Escapes characters that would end the name, like browsers (HTML Standard, "multipart/form-data encoding
/// algorithm").
fn escape_name(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

/// Returns a boundary that does not occur in any list (RFC 2046, 5.1.1).
fn unused_boundary(lists: &[NamedList]) -> String {
    let is_used = |boundary: &str| {
        let boundary = boundary.as_bytes();
        lists.iter().any(|list| list.content.windows(boundary.len()).any(|part| part == boundary))
    };
    let mut number = 0_u64;
    loop {
        let boundary = format!("draft-maker-list-{number}");
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
    fn a_list_cannot_end_its_part() {
        let content = b"draft-maker-list-0\r\n--draft-maker-list-1".to_vec();
        let (content_type, body) = to_form(&[NamedList { name: "a\"\r\n.csv".to_owned(), content }]);
        assert_eq!(content_type, "multipart/form-data; boundary=draft-maker-list-2");
        let body = String::from_utf8(body).expect("text");
        assert!(body.contains("filename=\"a%22%0D%0A.csv\""), "{body}");
        assert_eq!(body.matches("draft-maker-list-2").count(), 2);
    }
}
