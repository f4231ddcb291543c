//! Where a redirect may lead. The Cover Art Archive sends everybody on to archive.org, MusicBrainz sends a merged
//! release's old name to the new one; nobody else has reason to send us anywhere.

use url::Url;

use super::address::{bare, is_loopback};
use super::{HttpError, Redirects};

/// Redirects of one request. The Cover Art Archive needs two.
pub(super) const MOST_HOPS: usize = 5;

/// True for the statuses that send on (RFC 9110, 15.4).
pub(super) fn sends_on(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The next address, with plain http made https, as the Cover Art Archive's own redirects need it.
///
/// # Errors
/// [`HttpError::Redirect`] where the rules of the host do not allow it.
pub(super) fn next(rules: Redirects, base: &Url, from: &Url, location: Option<&str>) -> Result<Url, HttpError> {
    let refused = |to: String, why| Err(HttpError::Redirect { to, why });
    let Some(location) = location else { return refused("nowhere".to_owned(), "for the address is missing") };
    let Ok(to) = from.join(location) else { return refused("nowhere".to_owned(), "for the address cannot be read") };
    if rules == Redirects::None {
        return refused(bare(&to), "and this service has no reason to; check its base address");
    }
    admit(rules, base, to)
}

/// An address as it may be asked, or why not.
///
/// # Errors
/// [`HttpError::Redirect`] where it is not of this host's world.
pub(super) fn admit(rules: Redirects, base: &Url, mut to: Url) -> Result<Url, HttpError> {
    let refused = |to: &Url, why| Err(HttpError::Redirect { to: bare(to), why });
    if !matches!(to.scheme(), "http" | "https") || !to.has_host() {
        return refused(&to, "which is no web address");
    }
    if !belongs(rules, base, &to) {
        return refused(&to, "a host that it has no business to send us to");
    }
    if to.scheme() == "http" && !is_loopback(&to) && to.set_scheme("https").is_err() {
        return refused(&to, "which is plain http");
    }
    // A user name in an address would become an Authorization header.
    let (Ok(()), Ok(())) = (to.set_username(""), to.set_password(None)) else {
        return refused(&to, "which holds a user name");
    };
    Ok(to)
}

fn belongs(rules: Redirects, base: &Url, to: &Url) -> bool {
    if same_host(base, to) || (is_loopback(base) && is_loopback(to)) {
        return true;
    }
    let Redirects::To(domains) = rules else { return false };
    let host = to.domain().unwrap_or_default();
    domains.iter().any(|domain| host == *domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')))
}

/// True where both are one host under one port, so that they share a rate. `http` and `https` are one here.
pub(super) fn same_host(one: &Url, other: &Url) -> bool {
    one.host() == other.host() && (one.port() == other.port() || !is_loopback(one))
}

/// True where secrets may go along: scheme, host and port are those of the base address.
pub(super) fn same_origin(base: &Url, to: &Url) -> bool {
    base.origin() == to.origin()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARCHIVE: Redirects = Redirects::To(&["archive.org"]);

    fn hop(rules: Redirects, base: &str, location: &str) -> Option<String> {
        let base = Url::parse(base).expect("base");
        next(rules, &base, &base, Some(location)).ok().map(Into::into)
    }

    #[test]
    fn the_cover_art_archive_leads_to_archive_org_over_https() {
        let base = "https://coverartarchive.org/";
        let hop = |location| hop(ARCHIVE, base, location);
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
        let hop = |location| hop(Redirects::SameHost, base, location);
        assert_eq!(hop("release/y?fmt=json").as_deref(), Some("https://musicbrainz.org/ws/2/release/y?fmt=json"));
        assert_eq!(hop("http://musicbrainz.org/ws/2/r").as_deref(), Some("https://musicbrainz.org/ws/2/r"));
        assert_eq!(hop("https://beta.musicbrainz.org/"), None);
    }

    #[test]
    fn none_means_none_and_loopback_stays_on_loopback() {
        assert_eq!(hop(Redirects::None, "https://a.example/", "/b"), None);
        assert_eq!(
            hop(ARCHIVE, "http://127.0.0.1:1/", "http://localhost:2/c").as_deref(),
            Some("http://localhost:2/c")
        );
        assert_eq!(hop(Redirects::SameHost, "http://127.0.0.1:1/", "https://archive.org/"), None);
    }

    #[test]
    fn a_refusal_shows_no_query() {
        let base = Url::parse("https://a.example/").expect("base");
        let error = next(ARCHIVE, &base, &base, Some("https://b.example/x?token=s3cret")).expect_err("refused");
        assert!(error.to_string().contains("https://b.example/x") && !error.to_string().contains("s3cret"), "{error}");
    }
}
