//! Characters: requests, replies, and rejected requests.

use serde_json::{Value, json};
use venice_ai::ErrorKind;
use venice_ai::characters::CharacterReviewsParams;
use venice_ai::types::{CharacterSort, ListCharactersParams, SortOrder};
use venice_ai_mock::MockVenice;

use crate::pages::{number, query};
use crate::support::refused::{refused, refused_walk};
use crate::support::replying;
use crate::support::server::Request;
use crate::support::{Answer, KEY, Server, once};

const LIST: &str = include_str!("../fixtures/replies/characters.json");
const ONE: &str = include_str!("../fixtures/replies/character.json");
const REVIEWS: &str = include_str!("../fixtures/replies/character_reviews.json");

fn assert_read(request: &Request, target: &str) {
    assert_eq!((&*request.method, &*request.target), ("GET", target));
    assert_eq!(request.header("authorization").unwrap(), format!("Bearer {KEY}"));
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn a_page_is_listed() {
    let (server, venice) = replying(LIST);
    let characters = venice.characters().list_page(ListCharactersParams::new()).await.unwrap();
    assert_read(&server.only(), "/api/v1/characters");
    let [keeper, buoy] = &characters[..] else { panic!("{characters:?}") };
    assert_eq!(
        (&*keeper.slug, &*keeper.name, keeper.web_enabled),
        ("lighthouse-keeper", "The Lighthouse Keeper", true)
    );
    assert_eq!((keeper.stats.imports, keeper.stats.rating_sum, keeper.stats.user_rating), (112, 9, Some(5)));
    assert_eq!(keeper.tags, ["history", "sea"]);
    assert_eq!((&*buoy.slug, &buoy.description, buoy.adult, buoy.tags.len()), ("buoy", &None, false, 0));
    assert_eq!((buoy.stats.average_rating, buoy.stats.user_rating), (0.0, None));
}

#[tokio::test]
async fn every_filter_is_sent_as_the_api_reads_it() {
    let (server, venice) = replying(LIST);
    let params = ListCharactersParams::new()
        .categories(["philosophy", "sea & sky"])
        .tags(["history"])
        .model_id(["gondola-9b", "squero/small"])
        .is_adult(false)
        .is_pro(true)
        .is_web_enabled(true)
        .limit(100)
        .offset(0)
        .search("Lügen & Meer")
        .sort_by(CharacterSort::HighlyRatedAndRecent)
        .sort_order(SortOrder::Asc);
    venice.characters().list_page(params).await.unwrap();
    let target = "/api/v1/characters?categories=philosophy&categories=sea+%26+sky&isAdult=false&isPro=true&isWebEnabled=true\
                  &limit=100&modelId=gondola-9b&modelId=squero%2Fsmall&offset=0&search=L%C3%BCgen+%26+Meer\
                  &sortBy=highlyRatedAndRecent&sortOrder=asc&tags=history";
    assert_read(&server.only(), target);
}

#[tokio::test]
async fn all_asks_for_the_largest_pages_from_where_it_is_reported_to_begin() {
    let server = Server::start(|_, request| {
        let items: Vec<Value> =
            (number(request, "offset")..230).take(100).map(|id| json!({"id": id.to_string()})).collect();
        Answer::json(200, &json!({"object": "list", "data": items}).to_string())
    });
    let params = ListCharactersParams::new().search("tide").offset(7);
    let all = once(&server).characters().list(params).collect_up_to(usize::MAX).await.unwrap();
    assert_eq!((all.len(), &*all[0].id, &*all[222].id), (223, "7", "229"));
    let asked: Vec<_> =
        server.requests().iter().map(|request| (number(request, "offset"), number(request, "limit"))).collect();
    assert_eq!(asked, [(7, 100), (107, 100), (207, 100)]);
    assert!(server.requests().iter().all(|request| query(request, "search").as_deref() == Some("tide")));
}

#[tokio::test]
async fn one_is_read_by_its_slug() {
    let (server, venice) = replying(ONE);
    let character = venice.characters().retrieve("lighthouse-keeper").await.unwrap();
    assert_read(&server.only(), "/api/v1/characters/lighthouse-keeper");
    assert_eq!((&*character.model_id, character.photo_url, character.stats.user_rating), ("gondola-9b", None, None));
}

#[tokio::test]
async fn a_slug_is_one_segment_of_the_path() {
    let (server, venice) = replying(ONE);
    venice.characters().retrieve("café ?#%2e").await.unwrap();
    assert_eq!(server.only().target, "/api/v1/characters/caf%C3%A9%20%3F%23%252e");
}

#[tokio::test]
async fn a_reply_without_a_character_is_not_a_character() {
    for body in ["{}", r#"{"data":null}"#, r#"{"data":{}}"#] {
        let (_, venice) = replying(body);
        let error = venice.characters().retrieve("buoy").await.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode && error.body().is_some(), "{body}: {error}");
    }
}

#[tokio::test]
async fn an_unknown_slug_is_not_found() {
    let body = r#"{"error":"No character could be found from the provided character_slug"}"#;
    let server = Server::answering([Answer::json(404, body)]);
    let error = once(&server).characters().retrieve("nobody").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!((error.code(), error.operation()), (Some("CHARACTER_NOT_FOUND"), Some("getCharacterBySlug")));
}

#[tokio::test]
async fn a_page_of_reviews_is_read() {
    let (server, venice) = replying(REVIEWS);
    let params = CharacterReviewsParams::new().page(2).page_size(2);
    let page = venice.characters().reviews_page("lighthouse-keeper", params).await.unwrap();
    assert_read(&server.only(), "/api/v1/characters/lighthouse-keeper/reviews?page=2&pageSize=2");
    assert_eq!((page.data[0].rating, page.data[0].is_owner, &*page.data[0].username), (5, true, "gull"));
    assert_eq!((&page.data[1].message, &page.data[1].locale), (&None, &None));
    assert_eq!((page.pagination.page, page.pagination.total_pages, page.pagination.total), (2, Some(4), 7));
    assert_eq!((page.summary.average_rating, page.summary.total_reviews), (4.43, 7));

    let (server, venice) = replying(REVIEWS);
    venice.characters().reviews_page("buoy", CharacterReviewsParams::new()).await.unwrap();
    assert_eq!(server.only().target, "/api/v1/characters/buoy/reviews");
}

/// Pages of reviews; `told` says how many there are, in the body or in the headers.
fn reviews(count: usize, told: fn(usize) -> (Value, Option<usize>)) -> Server {
    Server::start(move |_, request| {
        let (page, size) = (number(request, "page"), number(request, "pageSize"));
        let data: Vec<Value> =
            (0..count).skip((page - 1) * size).take(size).map(|id| json!({"id": id.to_string()})).collect();
        let (pagination, header) = told(count.div_ceil(size));
        let body = json!({"object": "list", "data": data, "pagination": pagination}).to_string();
        let header = header.map(|pages| pages.to_string());
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(header.as_deref().map(|pages| ("x-pagination-total-pages", pages)));
        Answer::new(200, &headers, body)
    })
}

#[tokio::test]
async fn reviews_are_read_over_all_pages() {
    let in_body = |pages: usize| (json!({"totalPages": pages}), None);
    let in_headers = |pages: usize| (Value::Null, Some(pages));
    let nowhere = |_: usize| (Value::Null, None);
    for (count, told, pages) in [
        (0, in_body as fn(usize) -> _, 1),
        (250, in_body, 3),
        (300, in_body, 3),
        (250, in_headers, 3),
        (300, in_headers, 3),
        (250, nowhere, 3),
        // Only the page after the last one shows that there is none.
        (300, nowhere, 4),
    ] {
        let server = reviews(count, told);
        let found = once(&server).characters().reviews("lighthouse-keeper").collect_up_to(usize::MAX).await.unwrap();
        let ids: Vec<String> = found.into_iter().map(|review| review.id).collect();
        assert_eq!(ids, (0..count).map(|id| id.to_string()).collect::<Vec<_>>());
        let asked: Vec<_> =
            server.requests().iter().map(|request| (number(request, "page"), number(request, "pageSize"))).collect();
        assert_eq!(asked, (1..=pages).map(|page| (page, 100)).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_server_that_sends_the_first_reviews_again_and_again_is_found_out() {
    let (server, venice) = replying(REVIEWS);
    let mut reviews = venice.characters().reviews("lighthouse-keeper");
    let error = reviews.collect_up_to(usize::MAX).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::EndlessList, 2));
    assert_eq!(reviews.collect_up_to(usize::MAX).await.unwrap().len(), 2, "what came is there");
}

#[tokio::test]
async fn what_the_api_would_refuse_is_not_sent() {
    let list = ListCharactersParams::new;
    let many = || (0..21).map(|number| number.to_string());
    for (params, field) in [
        (list().limit(0), "limit"),
        (list().limit(-1), "limit"),
        (list().limit(101), "limit"),
        (list().offset(-1), "offset"),
        (list().search("x".repeat(201)), "search"),
        (list().categories(many()), "categories"),
        (list().tags(many()), "tags"),
        (list().model_id(many()), "modelId"),
        (list().categories(["x".repeat(101)]), "categories[0]"),
        (list().tags(["ok".to_owned(), "x".repeat(101)]), "tags[1]"),
        (list().model_id(["x".repeat(201)]), "modelId[0]"),
    ] {
        refused(|venice| venice.characters().list_page(params.clone()), "listCharacters", field).await;
        refused_walk(|venice| venice.characters().list(params), "listCharacters", field).await;
    }
    let reviews = CharacterReviewsParams::new;
    for (params, field) in [
        (reviews().page(0), "page"),
        (reviews().page(-3), "page"),
        (reviews().page_size(0), "pageSize"),
        (reviews().page_size(101), "pageSize"),
    ] {
        refused(|venice| venice.characters().reviews_page("buoy", params), "getCharacterReviews", field).await;
    }
    for slug in ["", " ", "a/b", "../models", "..", ".", "a\\b", "/"] {
        refused(|venice| venice.characters().retrieve(slug), "getCharacterBySlug", "slug").await;
        refused_walk(|venice| venice.characters().reviews(slug), "getCharacterReviews", "slug").await;
    }
}

#[tokio::test]
async fn the_mock_has_a_cast_that_can_be_searched_sorted_and_paged() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let list = ListCharactersParams::new;
    let all = venice.characters().list(list()).collect_up_to(usize::MAX).await.unwrap();
    assert_eq!((all.len(), mock.requests().len()), (128, 2));
    let found = venice.characters().list_page(list().search("COLOMBINA of").limit(100)).await.unwrap();
    assert!(found.len() == 16 && found.iter().all(|character| character.name.starts_with("Colombina")));
    let adults = venice.characters().list_page(list().is_adult(true).is_web_enabled(false)).await.unwrap();
    assert!(!adults.is_empty() && adults.iter().all(|character| character.adult && !character.web_enabled));
    let tagged =
        venice.characters().list_page(list().tags(["comedy", "travel"]).model_id(["squero-small"])).await.unwrap();
    assert!(!tagged.is_empty() && tagged.iter().all(|character| character.model_id == "squero-small"));
    let best = venice.characters().list_page(list().sort_by(CharacterSort::Imports)).await.unwrap();
    assert!(best.is_sorted_by_key(|character| -character.stats.imports));
    let worst = venice
        .characters()
        .list_page(list().sort_by(CharacterSort::HighestRating).sort_order(SortOrder::Asc))
        .await
        .unwrap();
    assert!(worst.is_sorted_by(|a, b| a.stats.average_rating <= b.stats.average_rating));

    let character = venice.characters().retrieve("zanni-of-murano").await.unwrap();
    let mut reviews = venice.characters().reviews(&character.slug);
    let page = reviews.next_page().await.unwrap().unwrap();
    assert_eq!((page.items.len(), page.meta.pagination().unwrap().total), (47, Some(47)));
    assert!(reviews.next_page().await.is_none());
    let small = venice.characters().reviews_page(&character.slug, CharacterReviewsParams::new().page(3)).await.unwrap();
    assert_eq!((small.data.len(), small.pagination.total_pages), (7, Some(3)));
    assert_eq!(venice.characters().retrieve("nobody").await.unwrap_err().kind(), ErrorKind::NotFound);
    let unchecked = venice.characters().list_page(list().limit(101)).with_validation(false).await.unwrap_err();
    assert_eq!(unchecked.status().unwrap().as_u16(), 400);
}

#[cfg(feature = "blocking")]
#[test]
fn characters_are_read_without_async() {
    use venice_ai::blocking;

    let (_, venice) = replying(LIST);
    assert_eq!(venice.characters().list_page(ListCharactersParams::new()).send_blocking().unwrap().len(), 2);
    let mock = MockVenice::start_blocking().unwrap();
    let venice = mock.client();
    let all = blocking::iter(venice.characters().list(ListCharactersParams::new()));
    assert_eq!(all.map(Result::unwrap).count(), 128);
    assert_eq!(venice.characters().retrieve("zanni-of-murano").send_blocking().unwrap().name, "Zanni of Murano");
    assert_eq!(blocking::iter(venice.characters().reviews("zanni-of-murano")).count(), 47);
}
