//! Loopback addresses, where the sandbox and other simulated services run.

use url::{Host, Url};

/// Returns true for an address on this machine (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3; RFC 6761, 6.3).
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Returns true for an https address, or an http address on this machine.
pub fn is_https_or_loopback(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_decides() {
        for good in ["https://i.ebayimg.com/a.jpg", "http://127.0.0.1:1/a", "http://[::1]/a", "http://localhost:8080/"]
        {
            assert!(is_https_or_loopback(good), "{good}");
        }
        for bad in
            ["http://127.0.0.1.example/a", "http://localhost.example/", "http://127.example/", "ftp://localhost/", ""]
        {
            assert!(!is_https_or_loopback(bad), "{bad}");
        }
    }
}
