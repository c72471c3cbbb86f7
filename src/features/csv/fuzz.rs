//! `csv`: the fuzz target of a table in pages.

#![allow(missing_docs)]

use bytes::Bytes;

use super::table::PageJoiner;
use crate::features::splits::irregular;

/// A table that is cut into pages, each with the header, is the same when they are joined; and any pages are joined without loss.
pub fn csv(data: &[u8]) {
    let end = memchr::memchr(b'\n', data).map_or(data.len(), |end| end + 1);
    let (header, lines) = data.split_at(end);
    let mut pages: Vec<Vec<u8>> = vec![header.to_vec()];
    let mut of_page = 1 + data.len() % 3;
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        if of_page == 0 {
            pages.push(header.to_vec());
            of_page = 1 + line.len() % 3;
        }
        of_page -= 1;
        pages.last_mut().into_iter().for_each(|page| page.extend_from_slice(line));
    }
    assert_eq!(joined(&pages), data);
    // Servers may leave out the line end at the end of a page.
    if memchr::memchr(b'\r', data).is_none() && header.ends_with(b"\n") {
        let cut: Vec<Vec<u8>> = pages.iter().map(|page| page.strip_suffix(b"\n").unwrap_or(page).to_vec()).collect();
        let table = data.strip_suffix(b"\n").unwrap_or(data);
        let is_short = cut.iter().any(|page| page.ends_with(b"\n") || page.len() < header.len());
        assert!(is_short || joined(&cut) == table);
    }
    let pages: Vec<Vec<u8>> = irregular(data).into_iter().map(<[u8]>::to_vec).collect();
    let length = joined(&pages).len();
    assert!(length <= data.len() + 2 * pages.len(), "{length} bytes of {}", data.len());
}

fn joined(pages: &[Vec<u8>]) -> Vec<u8> {
    let mut joiner = PageJoiner::default();
    pages.iter().filter_map(|page| joiner.join(Bytes::copy_from_slice(page))).flatten().collect()
}
