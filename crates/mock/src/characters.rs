//! Handlers of characters, with made-up characters and reviews.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::errors::error;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;
use super::time;

const NAMES: [&str; 8] =
    ["Arlecchina", "Brighella", "Colombina", "Il Dottore", "Pantalone", "Pulcinella", "Scaramuccia", "Zanni"];
const PLACES: [&str; 16] = [
    "Burano",
    "Cannaregio",
    "Castello",
    "Dorsoduro",
    "the Arsenal",
    "the Fondaco",
    "the Frari",
    "the Ghetto",
    "the Giudecca",
    "the Lido",
    "the Mercerie",
    "Murano",
    "San Marco",
    "San Polo",
    "Santa Croce",
    "Torcello",
];
const TAGS: [&str; 4] = ["comedy", "history", "philosophy", "travel"];
const VOICES: [&str; 5] = ["Amanda", "Bruno", "Chiara", "Dario", "Elena"];

/// The number of reviews of every character.
const REVIEWS: usize = 47;

/// The characters, sorted by name. There are 128.
fn cast() -> Vec<Value> {
    let parts = NAMES.iter().flat_map(|name| PLACES.iter().map(move |place| (name, place)));
    parts.enumerate().map(|(number, (name, place))| character(number, name, place)).collect()
}

fn character(number: usize, name: &str, place: &str) -> Value {
    let full = format!("{name} of {place}");
    let slug = full.to_lowercase().replace(' ', "-");
    let created = std::time::Duration::from_secs(1_750_000_000 + 86_400 * (number as u64 * 37 % 128));
    let stars = 100 + number * 53 % 101;
    json!({
        "id": format!("mock-character-{number:03}"),
        "slug": slug,
        "name": full,
        "description": if number % 16 == 5 { Value::Null } else { format!("Speaks as they speak in {place}.").into() },
        "adult": number % 10 == 9,
        "author": "the mock",
        "createdAt": time::iso(created),
        "updatedAt": time::iso(created),
        "featured": number.is_multiple_of(8),
        "shareUrl": format!("https://venice.ai/c/{slug}"),
        "photoUrl": null,
        "stats": {
            "averageRating": stars as f64 / REVIEWS as f64,
            "imports": number * 71 % 997,
            "ratingCount": REVIEWS,
            "ratingSum": stars,
            "userRating": null,
        },
        "tags": [TAGS[number % TAGS.len()]],
        "webEnabled": number.is_multiple_of(2),
        "modelId": if number.is_multiple_of(3) { "squero-small" } else { "gondola-9b" },
    })
}

pub(super) fn list(_: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let route = request.route;
    let mut found: Vec<Value> = cast().into_iter().filter(|character| fits(character, request)).collect();
    sort(&mut found, route.query("sortBy"), route.query("sortOrder"));
    let data: Vec<Value> = found.into_iter().skip(route.number("offset", 0)).take(route.number("limit", 50)).collect();
    Ok(Reply::json(200, &json!({"object": "list", "data": data})))
}

fn fits(character: &Value, request: &ParsedRequest<'_>) -> bool {
    let route = request.route;
    let flag = |name: &str, is: bool| route.query(name).is_none_or(|wanted| (wanted == "true") == is);
    let among = |name: &str, has: &dyn Fn(&str) -> bool| {
        let wanted: Vec<&str> = route.queries(name).flat_map(|value| value.split(',')).collect();
        wanted.is_empty() || wanted.into_iter().any(has)
    };
    let has_tag = |tag: &str| character["tags"].as_array().is_some_and(|tags| tags.iter().any(|known| known == tag));
    let search = route.query("search").unwrap_or_default().to_lowercase();
    let says = |field: &str| character[field].as_str().is_some_and(|text| text.to_lowercase().contains(&search));
    flag("isAdult", character["adult"] == true)
        && flag("isWebEnabled", character["webEnabled"] == true)
        // The reply does not say which characters need a subscription; here it is those with the larger model.
        && flag("isPro", character["modelId"] == "gondola-9b")
        && among("tags", &has_tag)
        && among("categories", &has_tag)
        && among("modelId", &|model| character["modelId"] == model)
        && (says("name") || says("description"))
}

/// Lists are sorted in descending order by default.
fn sort(characters: &mut [Value], by: Option<&str>, order: Option<&str>) {
    let Some(by) = by else { return };
    let weight = |character: &Value| {
        let stat = |name: &str| character["stats"][name].as_f64().unwrap_or_default();
        let weight = match by {
            "featured" => f64::from(u8::from(character["featured"] == true)),
            "imports" => stat("imports"),
            "ratingCount" => stat("ratingCount"),
            "mostRecent" => return character["createdAt"].as_str().unwrap_or_default().to_owned(),
            _ => stat("averageRating"),
        };
        format!("{weight:020.6}")
    };
    match order {
        Some("asc") => characters.sort_by_cached_key(weight),
        _ => characters.sort_by_cached_key(|character| Reverse(weight(character))),
    }
}

pub(super) fn retrieve(_: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    Ok(Reply::json(200, &json!({"object": "character", "data": find(request.route.parameter())?})))
}

pub(super) fn reviews(_: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let character = find(request.route.parameter())?;
    let (page, size) = (request.route.number("page", 1).max(1), request.route.number("pageSize", 20).max(1));
    let pages = REVIEWS.div_ceil(size);
    let data: Vec<Value> = (0..REVIEWS)
        .skip((page - 1).saturating_mul(size))
        .take(size)
        .map(|number| review(&character, number))
        .collect();
    let body = json!({
        "object": "list",
        "data": data,
        "pagination": {"page": page, "pageSize": size, "total": REVIEWS, "totalPages": pages},
        "summary": {"averageRating": character["stats"]["averageRating"], "totalReviews": REVIEWS},
    });
    let reply = Reply::json(200, &body).with("x-pagination-limit", size).with("x-pagination-page", page);
    Ok(reply.with("x-pagination-total", REVIEWS).with("x-pagination-total-pages", pages))
}

fn review(character: &Value, number: usize) -> Value {
    let id = character["id"].as_str().unwrap_or_default();
    json!({
        "id": format!("{id}-review-{number:02}"),
        "characterId": id,
        "createdAt": time::iso(std::time::Duration::from_secs(1_780_000_000 - 3_600 * number as u64)),
        "isOwner": false,
        "locale": if number.is_multiple_of(7) { Value::Null } else { "it".into() },
        "message": if number.is_multiple_of(5) { Value::Null } else { format!("Encore, for the {number}. time!").into() },
        "rating": 1 + number % 5,
        "userAvatarUrl": null,
        "username": VOICES[number % VOICES.len()],
    })
}

fn find(slug: &str) -> Result<Value, Reply> {
    let found = cast().into_iter().find(|character| character["slug"] == slug);
    found.ok_or_else(|| error(404, &format!("No character could be found with the slug {slug}")))
}
