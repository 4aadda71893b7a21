//! RSS 2.0 and Atom: indicators out of what the items say.
//!
//! An entity that the document declares is not expanded. Values of the site itself (its links, its pictures) are no
//! indicators and are left out.

use aidos_model::Timestamp;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::{Definition, Feed, Item, Wrong, comment};
use crate::indicator::{Kind, host_of_url, scan};
use crate::read::{date, time};

/// The longest text of an item that is read.
const LONGEST: usize = 4 << 20;

#[derive(Default)]
struct Entry {
    title: String,
    text: String,
    time: String,
    link: String,
}

pub(super) fn read(feed: &Definition, bytes: &[u8], out: &mut Feed) -> Result<(), Wrong> {
    let text = String::from_utf8_lossy(bytes);
    let mut reader = Reader::from_str(&text);
    let mut entry: Option<Entry> = None;
    let mut inside: Vec<String> = Vec::new();
    let (mut number, mut elements) = (0, 0u64);
    let own = host_of_url(&feed.url).map(str::to_owned);
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event().map_err(|error| {
            let place = format!("byte {}", reader.error_position());
            (
                place,
                format!(
                    "no XML: {}",
                    comment(&error.to_string()).unwrap_or_default()
                ),
            )
        })?;
        match event {
            Event::Start(tag) => {
                elements += 1;
                let name = tag.local_name().into_inner().to_owned();
                if inside.len() >= 100 {
                    return Err((
                        format!("byte {at}"),
                        "elements in elements, a hundred deep".into(),
                    ));
                }
                if matches!(name.as_str(), "item" | "entry") && entry.is_none() {
                    entry = Some(Entry::default());
                    inside.clear();
                }
                inside.push(name);
            }
            Event::End(tag) => {
                inside.pop();
                if matches!(tag.local_name().into_inner(), "item" | "entry")
                    && inside.is_empty()
                    && let Some(entry) = entry.take()
                {
                    number += 1;
                    take(&entry, number, own.as_deref(), out);
                }
            }
            Event::Empty(tag) => {
                elements += 1;
                let href = tag
                    .attributes()
                    .flatten()
                    .find(|it| it.key.local_name().into_inner() == "href");
                if let (Some(entry), Some(href), "link") =
                    (&mut entry, href, tag.local_name().into_inner())
                {
                    entry.link = href.value.to_string();
                }
            }
            Event::Text(words) => push(&mut entry, &inside, &words.xml10_content()),
            Event::CData(words) => push(&mut entry, &inside, &words.xml10_content()),
            Event::GeneralRef(name) => {
                let sign = match &*name {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => name.resolve_char_ref().ok().flatten(),
                };
                let mut buffer = [0; 4];
                let sign = sign.unwrap_or(' ').encode_utf8(&mut buffer);
                push(&mut entry, &inside, sign);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if elements == 0 {
        return Err(("byte 0".into(), "neither RSS nor Atom".into()));
    }
    if !inside.is_empty() {
        return Err((
            "its end".into(),
            format!("`{}` is not closed: the feed is cut", inside[0]),
        ));
    }
    Ok(())
}

fn push(entry: &mut Option<Entry>, inside: &[String], words: &str) {
    let Some(entry) = entry else { return };
    let field = match inside.get(1).map(String::as_str) {
        Some("title") => &mut entry.title,
        Some("description" | "summary" | "content" | "encoded") => &mut entry.text,
        Some("pubDate" | "published" | "date") => &mut entry.time,
        Some("updated") if entry.time.is_empty() => &mut entry.time,
        Some("link" | "guid") => &mut entry.link,
        _ => return,
    };
    if field.len() + words.len() <= LONGEST {
        *field += words;
    }
}

fn take(entry: &Entry, number: u64, own: Option<&str>, out: &mut Feed) {
    let seen: Option<Timestamp> = time(&entry.time).or_else(|| date(entry.time.trim()));
    let site = host_of_url(entry.link.trim());
    let text = format!("{}\n{}", entry.title, entry.text.replace("&amp;", "&"));
    let mut found = false;
    scan(text.as_bytes(), &mut |find| {
        let host = match find.kind {
            Kind::Url => host_of_url(&find.value),
            Kind::Domain => Some(&*find.value),
            Kind::Email => find.value.rsplit_once('@').map(|(_, host)| host),
            _ => None,
        };
        if host.is_some() && (host == site || host == own) {
            return;
        }
        found = true;
        out.add(Item {
            kind: find.kind,
            value: find.value.into_owned(),
            seen,
            comment: comment(&entry.title),
            place: number,
        });
    });
    out.unread += u64::from(!found);
}
