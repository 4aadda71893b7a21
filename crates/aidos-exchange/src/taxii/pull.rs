//! Pulling: the objects of a collection, page by page, into a file.

use super::types::Envelope;
use super::{Filter, Page, Root};
use crate::Error;
use crate::http;
use crate::pulled::Pulled;

/// The most pages of a pull: more is a server that goes in a circle.
const MOST_PAGES: u64 = 1 << 24;

/// Pulls what the collection got since the last pull; returns whether anything new came. `each` hears after every page how
/// many objects were written.
///
/// A pull that was cut goes on at its page. Where the server has forgotten that page, the pull begins anew at the moment where
/// the last whole one ended: not at the latest moment seen, as many objects may share a moment and only some of them have
/// come. What came already is left out.
///
/// # Errors
/// When the server does not answer or says no; what was pulled until then is kept.
pub fn pull(
    root: &Root,
    collection: &str,
    filter: &Filter,
    limit: u32,
    into: &mut Pulled,
    each: &mut dyn FnMut(u64),
) -> Result<bool, Error> {
    let mut filter = filter.clone();
    let own = filter.added_after.take();
    filter.added_after = into.mark().since.clone().or(own);
    let mut next = into.mark().cut.as_ref().and_then(|cut| cut.next.clone());
    let mut resumed = next.is_some();
    let stop = &root.client().settings().stop;
    for _ in 0..MOST_PAGES {
        if stop.is_stopped() {
            return Err(http::Error::Stopped.into());
        }
        let page = match root.objects(collection, &filter, limit, next.as_deref()) {
            Err(Error::Http(error)) if resumed && is_forgotten(&error) => {
                into.begin_again();
                next = None;
                resumed = false;
                continue;
            }
            other => other?,
        };
        resumed = false;
        let Page {
            body:
                Envelope {
                    more,
                    next: follow,
                    objects,
                },
            last_added,
            ..
        } = page;
        if more && follow.is_none() {
            // Allowed by the standard: go on by date.
            if last_added.is_none() || last_added == filter.added_after {
                return Err(circle(
                    root,
                    "it says more, and neither next nor a later date",
                ));
            }
            filter.added_after.clone_from(&last_added);
        }
        if more && objects.is_empty() && follow == next {
            return Err(circle(root, "the same empty page comes again"));
        }
        next = follow.filter(|_| more);
        let texts = objects.iter().map(|object| object.get());
        into.page(texts, next.as_deref(), last_added.as_deref())?;
        each(into.objects());
        if !more {
            return into.end();
        }
    }
    Err(circle(root, "it never ends"))
}

/// Servers keep a page for a while only, and say so with an error of the client.
fn is_forgotten(error: &http::Error) -> bool {
    matches!(error.status(), Some(400 | 404 | 410 | 422))
}

fn circle(root: &Root, why: &str) -> Error {
    Error::Partner {
        partner: root.address(),
        deed: "a pull".into(),
        why: why.into(),
    }
}
