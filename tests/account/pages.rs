//! Pagination: fetching, ends, and failures.

use std::time::Duration;

use serde_json::{Value, json};
use venice_ai::types::{GetBillingUsageHistoryParams, ListCharactersParams};
use venice_ai::{Client, ErrorKind, Pages, RetryPolicy};

use crate::support::server::Request;
use crate::support::{Answer, KEY, Server, TestClock, client, once};

/// A query parameter, decoded.
pub fn query(request: &Request, name: &str) -> Option<String> {
    let url = reqwest::Url::parse(&format!("http://a{}", request.target)).unwrap();
    url.query_pairs().find(|pair| pair.0 == name).map(|pair| pair.1.into_owned())
}

pub fn number(request: &Request, name: &str) -> usize {
    query(request, name).unwrap_or_else(|| panic!("{name} is missing in {}", request.target)).parse().unwrap()
}

fn items(ids: impl IntoIterator<Item = usize>) -> Vec<Value> {
    ids.into_iter().map(|id| json!({"id": format!("c{id}"), "slug": format!("s{id}")})).collect()
}

/// A list of `count` characters.
fn characters(count: usize) -> Server {
    Server::start(move |_, request| {
        let (offset, limit) =
            (query(request, "offset").map_or(0, |text| text.parse().unwrap()), number(request, "limit"));
        Answer::json(200, &json!({"object": "list", "data": items((0..count).skip(offset).take(limit))}).to_string())
    })
}

fn all(venice: &Client) -> Pages<venice_ai::types::Character> {
    venice.characters().list(ListCharactersParams::new().limit(3))
}

async fn ids(pages: &mut Pages<venice_ai::types::Character>) -> Vec<String> {
    let mut ids = Vec::new();
    while let Some(character) = pages.next().await {
        ids.push(character.unwrap().id);
    }
    ids
}

fn named(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| format!("c{number}")).collect()
}

/// A page of charges that leads to the next cursor.
fn charges(notes: &[&str], next: Option<&str>) -> Answer {
    let data: Vec<Value> = notes.iter().map(|note| json!({"notes": note, "amount": -0.5})).collect();
    Answer::json(200, &json!({"data": data, "nextCursor": next}).to_string())
}

fn history(venice: &Client) -> Pages<venice_ai::types::BillingUsageEntry> {
    venice.billing().usage_history(GetBillingUsageHistoryParams::new())
}

#[tokio::test]
async fn nothing_is_fetched_before_it_is_asked_for() {
    let server = characters(7);
    let mut pages = all(&once(&server));
    assert_eq!(server.connections(), 0);
    for (taken, fetched) in [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (6, 2), (7, 3)] {
        pages.next().await.unwrap().unwrap();
        assert_eq!(server.count(), fetched, "{taken} are taken");
    }
    assert!(pages.next().await.is_none());
    assert!(pages.next().await.is_none());
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_short_page_is_the_last_one() {
    for (count, pages) in [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (5, 2), (6, 3), (7, 3)] {
        let server = characters(count);
        assert_eq!(ids(&mut all(&once(&server))).await, named(0..count));
        assert_eq!(server.count(), pages, "pages of {count} items");
    }
}

#[tokio::test]
async fn pages_are_given_with_what_came_beside_them() {
    let server = Server::start(|n, request| {
        let data = items(number(request, "offset")..5).into_iter().take(3).collect::<Vec<_>>();
        let body = json!({"object": "list", "data": data}).to_string();
        Answer::new(200, &[("content-type", "application/json"), ("cf-ray", &format!("ray-{n}"))], body)
    });
    let mut pages = once(&server).characters().list(ListCharactersParams::new().limit(3).offset(0));
    let first = pages.next_page().await.unwrap().unwrap();
    assert_eq!((first.items.len(), first.meta.request_id(), first.next_cursor), (3, Some("ray-0"), None));
    let second = pages.next_page().await.unwrap().unwrap();
    assert_eq!((second.items.len(), second.meta.request_id()), (2, Some("ray-1")));
    assert!(pages.next_page().await.is_none());
}

#[tokio::test]
async fn the_rest_of_a_page_of_which_some_was_taken_is_a_page() {
    let server = characters(6);
    let mut pages = all(&once(&server));
    pages.next().await.unwrap().unwrap();
    let rest = pages.next_page().await.unwrap().unwrap();
    assert_eq!(rest.items.iter().map(|item| &*item.id).collect::<Vec<_>>(), ["c1", "c2"]);
    assert_eq!(server.count(), 1);
    // The whole page was taken: the next one is another page.
    for _ in 0..3 {
        pages.next().await.unwrap().unwrap();
    }
    let empty = pages.next_page().await.unwrap().unwrap();
    assert!(empty.items.is_empty(), "the page behind the last full one");
    assert!(pages.next_page().await.is_none());
}

#[tokio::test]
async fn as_many_as_wanted_are_collected_and_no_page_more_is_fetched() {
    let server = characters(8);
    let mut pages = all(&once(&server));
    assert!(pages.collect_up_to(0).await.unwrap().is_empty());
    assert_eq!(server.count(), 0);
    let first: Vec<String> = pages.collect_up_to(4).await.unwrap().into_iter().map(|item| item.id).collect();
    assert_eq!((first, server.count()), (named(0..4), 2));
    let second: Vec<String> = pages.collect_up_to(2).await.unwrap().into_iter().map(|item| item.id).collect();
    assert_eq!((second, server.count()), (named(4..6), 2));
    let rest: Vec<String> = pages.collect_up_to(usize::MAX).await.unwrap().into_iter().map(|item| item.id).collect();
    assert_eq!((rest, server.count()), (named(6..8), 3));
    assert!(pages.collect_up_to(1).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_failing_page_is_asked_for_again_and_nothing_is_lost() {
    let server = Server::start(|n, request| match n {
        1 | 2 => Answer::json(503, "{}"),
        3 => Answer::nothing(),
        _ => {
            let data = items((number(request, "offset")..5).take(3));
            Answer::json(200, &json!({"object": "list", "data": data}).to_string())
        }
    });
    let mut pages = once(&server).characters().list(ListCharactersParams::new().limit(3).offset(0));
    for id in ["c0", "c1", "c2"] {
        assert_eq!(pages.next().await.unwrap().unwrap().id, id);
    }
    for kind in [ErrorKind::Overloaded, ErrorKind::Overloaded, ErrorKind::Transport] {
        let error = pages.next().await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.operation()), (kind, Some("listCharacters")));
    }
    assert_eq!(ids(&mut pages).await, named(3..5));
    let offsets: Vec<usize> = server.requests().iter().map(|request| number(request, "offset")).collect();
    assert_eq!(offsets, [0, 3, 3, 3, 3]);
}

#[tokio::test]
async fn what_was_collected_before_a_failure_is_still_there() {
    let server = Server::answering([
        charges(&["a", "b"], Some("one")),
        Answer::json(500, "{}"),
        charges(&["c"], Some("two")),
        Answer::json(404, "{}"),
    ]);
    let mut pages = history(&once(&server));
    assert_eq!(pages.collect_up_to(100).await.unwrap_err().kind(), ErrorKind::Server);
    assert_eq!(pages.collect_up_to(100).await.unwrap_err().kind(), ErrorKind::NotFound);
    let notes: Vec<String> = pages.collect_up_to(100).await.unwrap().into_iter().map(|entry| entry.notes).collect();
    assert_eq!(notes, ["a", "b", "c"]);
}

#[tokio::test]
async fn a_failure_that_does_not_pass_ends_the_list() {
    let server = Server::answering([charges(&["a"], Some("one")), Answer::json(401, r#"{"error":"no"}"#)]);
    let mut pages = history(&once(&server));
    assert_eq!(pages.next().await.unwrap().unwrap().notes, "a");
    assert!(pages.next().await.unwrap().unwrap_err().is_authentication());
    assert!(pages.next().await.is_none());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_page_is_retried_like_any_read() {
    let server = Server::answering([
        Answer::json(500, "{}"),
        charges(&["a"], Some("one")),
        Answer::nothing(),
        charges(&["b"], None),
    ]);
    let clock = TestClock::without_jitter();
    let mut pages = history(&client(&server, &clock));
    assert_eq!(pages.collect_up_to(10).await.unwrap().len(), 2);
    assert_eq!((server.count(), clock.pauses().len()), (4, 2));
}

#[tokio::test]
async fn pages_that_go_round_are_found_out_with_and_without_ids() {
    let nameless = || (0..3).map(|n| json!({"name": format!("Doge {n}")})).collect::<Vec<_>>();
    for pages in [vec![items(0..3), items(3..6)], vec![nameless()]] {
        let expected = 3 * pages.len();
        let server = Server::start(move |n, _| Answer::json(200, &json!({"data": pages[n % pages.len()]}).to_string()));
        let mut list = all(&once(&server));
        for _ in 0..expected {
            list.next().await.unwrap().unwrap();
        }
        assert_eq!(list.next().await.unwrap().unwrap_err().kind(), ErrorKind::EndlessList);
        assert!(list.next().await.is_none());
        assert_eq!(server.count(), expected / 3 + 1);
    }
}

#[tokio::test]
async fn a_cursor_that_comes_again_ends_the_list_after_all_that_came() {
    // A page whose cursor is its own, and three pages in a loop.
    for (circle, came) in [(vec!["one"], vec!["p0", "p1"]), (vec!["one", "two", "three"], vec!["p0", "p1", "p2", "p3"])]
    {
        let server = Server::start(move |n, _| charges(&[&format!("p{n}")], Some(circle[n % circle.len()])));
        let mut pages = history(&once(&server));
        for note in &came {
            assert_eq!(pages.next().await.unwrap().unwrap().notes, *note);
        }
        let error = pages.next().await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::EndlessList, Some("getBillingUsageHistory")));
        assert!(error.message().contains("cursor") && !error.is_invalid_cursor(), "{error}");
        assert!(error.meta().is_some());
        assert!(pages.next().await.is_none());
        assert_eq!(server.count(), came.len());
    }
}

#[tokio::test]
async fn the_cursor_that_a_walk_began_with_counts_too() {
    let server = Server::answering([charges(&["a"], Some("two")), charges(&["b"], Some("begun_here"))]);
    let mut pages = once(&server).billing().usage_history(GetBillingUsageHistoryParams::new().cursor("begun_here"));
    assert_eq!(pages.next().await.unwrap().unwrap().notes, "a");
    assert_eq!(pages.next().await.unwrap().unwrap().notes, "b");
    let outcome = pages.next().await.unwrap().unwrap_err();
    assert_eq!(server.count(), 2);
    assert_eq!(outcome.kind(), ErrorKind::EndlessList);
}

#[tokio::test]
async fn a_server_that_ignores_the_offset_is_found_out() {
    let server = Server::start(|_, _| Answer::json(200, &json!({"object": "list", "data": items(0..3)}).to_string()));
    let mut pages = all(&once(&server));
    for id in ["c0", "c1", "c2"] {
        assert_eq!(pages.next().await.unwrap().unwrap().id, id);
    }
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EndlessList);
    assert!(error.message().contains("repeated a page"), "{error}");
    assert!(pages.next().await.is_none());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn empty_pages_in_the_middle_are_passed_and_endless_ones_are_not() {
    let server = Server::start(|n, _| match n {
        0..20 => charges(&[], Some(&format!("cursor{n}"))),
        _ => charges(&["found"], None),
    });
    assert_eq!(history(&once(&server)).collect_up_to(10).await.unwrap().len(), 1);
    assert_eq!(server.count(), 21);

    let server = Server::start(|n, _| charges(&[], Some(&format!("cursor{n}"))));
    let mut pages = history(&once(&server));
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EndlessList);
    assert!(error.message().contains("empty"), "{error}");
    assert_eq!(server.count(), 21);
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn options_hold_for_every_page() {
    let server = Server::answering([charges(&["a"], Some("one")), charges(&["b"], None)]);
    let pages = history(&once(&server)).with_api_key("another key").with_header("x-trace", "4711");
    assert_eq!(pages.with_validation(true).collect_up_to(10).await.unwrap().len(), 2);
    for request in server.requests() {
        assert_eq!(request.header("authorization"), Some("Bearer another key"));
        assert_eq!(request.header("x-trace"), Some("4711"));
    }

    let server = Server::answering([charges(&["a"], Some("one")), Answer::silence()]);
    let mut pages = history(&once(&server)).with_timeout(Duration::from_secs(2));
    pages.next().await.unwrap().unwrap();
    assert!(pages.next().await.unwrap().unwrap_err().is_timeout());

    let server = Server::answering([charges(&["a"], Some("one")), Answer::json(500, "{}")]);
    let clock = TestClock::without_jitter();
    let mut pages = history(&client(&server, &clock)).with_retry(RetryPolicy::disabled());
    pages.next().await.unwrap().unwrap();
    assert_eq!(pages.next().await.unwrap().unwrap_err().kind(), ErrorKind::Server);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_dropped_wait_loses_nothing() {
    let slow = Answer::default().wait(Duration::from_millis(100)).then(charges(&["a", "b"], None));
    let server = Server::answering([slow]);
    let mut pages = history(&once(&server));
    let impatient = tokio::time::timeout(Duration::from_millis(20), pages.next()).await;
    assert!(impatient.is_err());
    assert_eq!(pages.next().await.unwrap().unwrap().notes, "a");
    assert_eq!(pages.next().await.unwrap().unwrap().notes, "b");
    assert_eq!(server.count(), 1, "the request that was on its way is waited for");
}

#[tokio::test]
async fn it_is_a_stream() {
    use futures_core::Stream;
    use std::pin::Pin;

    let server = characters(4);
    let mut pages = all(&once(&server));
    let mut count = 0;
    while let Some(item) = std::future::poll_fn(|cx| Pin::new(&mut pages).poll_next(cx)).await {
        item.unwrap();
        count += 1;
    }
    assert_eq!(count, 4);
    fn sent<T: Send + Unpin + 'static>(_: &T) {}
    sent(&pages);
}

#[tokio::test]
async fn debug_shows_where_it_is_and_no_key() {
    let server = characters(7);
    let mut pages = all(&once(&server)).with_api_key(KEY);
    pages.next().await.unwrap().unwrap();
    let shown = format!("{pages:?}");
    assert!(shown.contains("listCharacters") && shown.contains("Offset(3)") && !shown.contains(KEY), "{shown}");
}

#[cfg(feature = "blocking")]
mod without_async {
    use venice_ai::blocking;

    use super::*;

    #[test]
    fn items_come_as_an_iterator() {
        let server = characters(7);
        let ids: Vec<String> = blocking::iter(all(&once(&server))).map(|item| item.unwrap().id).collect();
        assert_eq!(ids, named(0..7));
        assert_eq!(server.count(), 3);
    }

    #[test]
    fn pages_and_collections_are_waited_for() {
        let server = characters(7);
        let mut pages = all(&once(&server));
        assert_eq!(blocking::wait(pages.next_page()).unwrap().unwrap().items.len(), 3);
        assert_eq!(blocking::wait(pages.collect_up_to(2)).unwrap().len(), 2);
        assert_eq!(blocking::iter(&mut pages).next().unwrap().unwrap().id, "c5");
        assert_eq!(blocking::wait(pages.next_page()).unwrap().unwrap().items.len(), 1);
        assert!(blocking::wait(pages.next_page()).is_none());
        assert!(blocking::iter(&mut pages).next().is_none());
    }

    #[test]
    fn a_failing_page_is_asked_for_again() {
        let server = Server::answering([Answer::json(503, "{}"), charges(&["a"], None)]);
        let mut pages = blocking::iter(history(&once(&server)));
        assert!(pages.next().unwrap().is_err());
        assert_eq!(pages.next().unwrap().unwrap().notes, "a");
        assert!(pages.next().is_none());
    }

    #[tokio::test]
    async fn in_an_async_runtime_it_is_rejected() {
        let server = characters(7);
        let mut pages = blocking::iter(all(&once(&server)));
        assert_eq!(pages.next().unwrap().unwrap_err().kind(), ErrorKind::BlockingInAsync);
        assert!(pages.next().is_none());
        assert_eq!(server.count(), 0);
    }

    #[test]
    fn a_walk_that_began_async_continues_without() {
        let server = characters(7);
        let mut pages = all(&once(&server));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let first = runtime.block_on(pages.next()).unwrap().unwrap().id;
        let rest: Vec<String> = blocking::iter(pages).map(|item| item.unwrap().id).collect();
        assert_eq!((&*first, rest), ("c0", named(1..7)));
    }
}
