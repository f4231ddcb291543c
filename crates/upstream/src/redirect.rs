//! Checks redirects. The Cover Art Archive redirects to archive.org, and MusicBrainz from the old ID of a merged
//! release to the new one. No other service has a reason to redirect.

use url::Url;

use super::address::redacted_url;
use super::{HttpError, RedirectPolicy};
use domain::loopback::is_loopback;

/// Maximum redirects per request. The Cover Art Archive needs two.
pub(super) const MAX_REDIRECTS: usize = 5;

/// Returns true for the redirect statuses (RFC 9110, 15.4).
pub(super) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Returns the target URL of a redirect. Plain http is changed to https, which the redirects of the Cover Art Archive
/// need.
///
/// # Errors
/// Returns [`HttpError::Redirect`] if the policy does not allow the target.
pub(super) fn resolve_redirect(
    policy: RedirectPolicy,
    base: &Url,
    from: &Url,
    location: Option<&str>,
) -> Result<Url, HttpError> {
    let rejected = |to: String, why| Err(HttpError::Redirect { to, why });
    let Some(location) = location else { return rejected("nowhere".to_owned(), "for the address is missing") };
    let Ok(to) = from.join(location) else { return rejected("nowhere".to_owned(), "for the address cannot be read") };
    if policy == RedirectPolicy::None {
        return rejected(redacted_url(&to), "which this service should not do; check its base address");
    }
    check_address(policy, base, to)
}

/// Checks a URL and returns it in the form in which it may be requested.
///
/// # Errors
/// Returns [`HttpError::Redirect`] if the policy does not allow the URL.
pub(super) fn check_address(policy: RedirectPolicy, base: &Url, mut to: Url) -> Result<Url, HttpError> {
    let rejected = |to: &Url, why| Err(HttpError::Redirect { to: redacted_url(to), why });
    if !matches!(to.scheme(), "http" | "https") || !to.has_host() {
        return rejected(&to, "which is not a web address");
    }
    if !is_allowed_host(policy, base, &to) {
        return rejected(&to, "a host that is not expected");
    }
    if to.scheme() == "http" && !is_loopback(&to) && to.set_scheme("https").is_err() {
        return rejected(&to, "which is plain http");
    }
    // A user name in a URL would become an Authorization header.
    let (Ok(()), Ok(())) = (to.set_username(""), to.set_password(None)) else {
        return rejected(&to, "which contains a user name");
    };
    Ok(to)
}

fn is_allowed_host(policy: RedirectPolicy, base: &Url, to: &Url) -> bool {
    if is_same_host(base, to) || (is_loopback(base) && is_loopback(to)) {
        return true;
    }
    let RedirectPolicy::Domains(domains) = policy else { return false };
    let host = to.domain().unwrap_or_default();
    domains.iter().any(|domain| host == *domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')))
}

/// Returns true if both URLs have the same host and thus share a rate limit. `http` and `https`, and ports, count as
/// equal, except on this machine, where each port is another service.
pub(super) fn is_same_host(one: &Url, other: &Url) -> bool {
    one.host() == other.host() && (one.port() == other.port() || !is_loopback(one))
}

/// Returns true if secrets may be sent: scheme, host and port are the same as in the base URL.
pub(super) fn is_same_origin(base: &Url, to: &Url) -> bool {
    base.origin() == to.origin()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARCHIVE: RedirectPolicy = RedirectPolicy::Domains(&["archive.org"]);

    fn follow_hop(policy: RedirectPolicy, base: &str, location: &str) -> Option<String> {
        let base = Url::parse(base).expect("base");
        resolve_redirect(policy, &base, &base, Some(location)).ok().map(Into::into)
    }

    #[test]
    fn the_cover_art_archive_leads_to_archive_org_over_https() {
        let base = "https://coverartarchive.org/";
        let hop = |location| follow_hop(ARCHIVE, base, location);
        assert_eq!(hop("http://archive.org/a").as_deref(), Some("https://archive.org/a"));
        assert_eq!(hop("http://ia802607.us.archive.org/b").as_deref(), Some("https://ia802607.us.archive.org/b"));
        assert_eq!(hop("/release/x").as_deref(), Some("https://coverartarchive.org/release/x"));
        assert_eq!(hop("https://me:secret@archive.org/a").as_deref(), Some("https://archive.org/a"));
        for elsewhere in [
            "https://evilarchive.org/",
            "https://archive.org.evil.example/",
            "http://127.0.0.1/",
            "http://[::1]/",
            "http://10.0.0.1/",
            "file:///etc/passwd",
            "javascript:alert(1)",
        ] {
            assert_eq!(hop(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn same_host_means_it() {
        let base = "https://musicbrainz.org/ws/2/";
        let hop = |location| follow_hop(RedirectPolicy::SameHost, base, location);
        assert_eq!(hop("release/y?fmt=json").as_deref(), Some("https://musicbrainz.org/ws/2/release/y?fmt=json"));
        assert_eq!(hop("http://musicbrainz.org/ws/2/r").as_deref(), Some("https://musicbrainz.org/ws/2/r"));
        assert_eq!(hop("https://beta.musicbrainz.org/"), None);
    }

    #[test]
    fn none_means_none_and_loopback_stays_on_loopback() {
        assert_eq!(follow_hop(RedirectPolicy::None, "https://a.example/", "/b"), None);
        assert_eq!(
            follow_hop(ARCHIVE, "http://127.0.0.1:1/", "http://localhost:2/c").as_deref(),
            Some("http://localhost:2/c")
        );
        assert_eq!(follow_hop(RedirectPolicy::SameHost, "http://127.0.0.1:1/", "https://archive.org/"), None);
    }

    #[test]
    fn a_refusal_shows_no_query() {
        let base = Url::parse("https://a.example/").expect("base");
        let error =
            resolve_redirect(ARCHIVE, &base, &base, Some("https://b.example/x?token=s3cret")).expect_err("refused");
        assert!(error.to_string().contains("https://b.example/x") && !error.to_string().contains("s3cret"), "{error}");
    }
}
