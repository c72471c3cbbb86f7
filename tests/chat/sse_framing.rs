//! The rules of the event framing, one per test.

use std::time::Duration;

use bytes::Bytes;
use venice_ai::stream::sse::{SseDecoder, SseError, SseEvent};

type Item = Result<SseEvent, SseError>;

fn drain(decoder: &mut SseDecoder) -> Vec<Item> {
    std::iter::from_fn(|| decoder.next_event()).collect()
}

fn decode(chunks: &[&[u8]]) -> Vec<Item> {
    let mut decoder = SseDecoder::new();
    let mut items = Vec::new();
    for chunk in chunks {
        decoder.push(Bytes::copy_from_slice(chunk));
        items.extend(drain(&mut decoder));
    }
    decoder.finish();
    items.extend(drain(&mut decoder));
    items
}

/// The data of each event; `Err` items become their message.
fn data(chunks: &[&[u8]]) -> Vec<String> {
    decode(chunks)
        .into_iter()
        .map(|item| item.map_or_else(|error| format!("error: {error}"), |event| event.data().to_owned()))
        .collect()
}

#[test]
fn lines_end_with_lf_cr_or_crlf() {
    for end in ["\n", "\r", "\r\n"] {
        let text = "data: one#event: x#data: two##data: three##".replace('#', end);
        assert_eq!(data(&[text.as_bytes()]), ["one\ntwo", "three"], "{end:?}");
    }
    assert_eq!(data(&[b"data: a\r\n\ndata: b\n\r\ndata: c\r\r"]), ["a", "b", "c"]);
}

#[test]
fn a_crlf_split_between_chunks_is_one_line_end() {
    let items = decode(&[b"data: one\r", b"\ndata: two\r", b"\n\r", b"\ndata: three\n\n"]);
    let events: Vec<SseEvent> = items.into_iter().map(Result::unwrap).collect();
    assert_eq!(events.iter().map(SseEvent::data).collect::<Vec<_>>(), ["one\ntwo", "three"]);
    assert!(events.iter().all(SseEvent::is_complete));
}

#[test]
fn an_event_is_handed_out_at_the_cr_without_waiting_for_an_lf() {
    let mut decoder = SseDecoder::new();
    decoder.push("data: now\r\r".into());
    assert_eq!(drain(&mut decoder).len(), 1);
    decoder.push("\ndata: later\r\n\r\n".into());
    let later = drain(&mut decoder);
    assert_eq!(later.len(), 1, "the LF belongs to the CR before it: {later:?}");
}

#[test]
fn a_byte_order_mark_at_the_start_is_skipped_even_when_split() {
    let text = b"\xEF\xBB\xBFdata: x\n\n";
    for at in 0..text.len() {
        let (head, tail) = text.split_at(at);
        assert_eq!(data(&[head, tail]), ["x"], "split at {at}");
    }
    let single: Vec<&[u8]> = text.chunks(1).collect();
    assert_eq!(data(&single), ["x"]);
}

#[test]
fn a_byte_order_mark_elsewhere_or_half_a_one_is_part_of_the_line() {
    assert_eq!(data(&[b"data: a\n\n\xEF\xBB\xBFdata: b\n\n"]), ["a"]);
    assert_eq!(data(&[b"\xEF\xBB", b"data: a\n\ndata: b\n\n"]), ["b"]);
    assert_eq!(data(&["\u{FEFF}\u{FEFF}data: a\n\ndata: b\n\n".as_bytes()]), ["b"]);
    assert_eq!(data(&[b"\xEF\xBB"]), [""; 0]);
}

#[test]
fn comments_are_ignored_whatever_they_hold() {
    assert_eq!(data(&[b": hi\n:\n\n: \xFF\xFE\ndata: x\n:data: y\n\n: end"]), ["x"]);
}

#[test]
fn data_lines_are_joined_with_line_feeds() {
    assert_eq!(data(&[b"data: a\ndata:\ndata: b\ndata\n\n"]), ["a\n\nb\n"]);
}

#[test]
fn one_space_after_the_colon_is_dropped_and_only_one() {
    assert_eq!(data(&[b"data:a\n\ndata: a\n\ndata:  a\n\ndata:\ta\n\n"]), ["a", "a", " a", "\ta"]);
}

#[test]
fn blank_data_is_an_event_and_no_data_is_none() {
    assert_eq!(data(&[b"data\n\ndata:\n\ndata: \n\n\n\nevent: x\n\nid: 1\n\n"]), ["", "", ""]);
}

#[test]
fn unknown_fields_are_ignored() {
    assert_eq!(data(&[b"foo: bar\ndatum: 1\ndata : 2\n data: 3\nDATA: 4\nfoo\ndata: x\n\n"]), ["x"]);
}

#[test]
fn an_event_has_the_name_that_was_given_last_and_forgets_it_afterwards() {
    let items =
        decode(&[b"event: a\nevent: error\ndata: x\n\ndata: y\n\nevent:\ndata: z\n\nevent: lost\n\ndata: w\n\n"]);
    let names: Vec<String> = items.into_iter().map(|item| item.unwrap().name().to_owned()).collect();
    assert_eq!(names, ["error", "message", "message", "message"]);
}

#[test]
fn id_and_retry_outlast_their_event() {
    let mut decoder = SseDecoder::new();
    decoder.push("id: 7\nretry: 1500\ndata: x\n\ndata: y\n\n".into());
    assert_eq!(drain(&mut decoder).len(), 2);
    assert_eq!(decoder.last_event_id(), Some("7"));
    assert_eq!(decoder.retry(), Some(Duration::from_millis(1500)));

    decoder.push("id: a\0b\nretry: soon\nretry: -1\nretry:\nretry: 99999999999999999999999\ndata: z\n\n".into());
    assert_eq!(drain(&mut decoder).len(), 1);
    assert_eq!(decoder.last_event_id(), Some("7"), "an id with a NUL is no id");
    assert_eq!(decoder.retry(), Some(Duration::from_millis(1500)));

    decoder.push("id\ndata: z\n\n".into());
    assert_eq!(drain(&mut decoder).len(), 1);
    assert_eq!(decoder.last_event_id(), Some(""));
}

#[test]
fn one_bad_byte_costs_one_event() {
    let text = b"data: one\n\ndata: tw\xFFo\n\ndata: three\n\nevent: \xC3\ndata: four\n\ndata: f\xC3\xBCnf\n\n";
    let error = format!("error: {}", SseError::InvalidUtf8);
    assert_eq!(data(&[text]), ["one", &error, "three", &error, "fünf"]);
}

#[test]
fn a_character_split_between_data_lines_is_invalid() {
    let error = format!("error: {}", SseError::InvalidUtf8);
    assert_eq!(data(&[b"data: \xC3\ndata: \xBC\n\ndata: x\n\n"]), [&error, "x"]);
}

#[test]
fn an_event_at_the_end_without_blank_line_is_handed_out_as_incomplete() {
    for text in ["data: a\n\ndata: [DONE]", "data: a\n\ndata: [DONE]\n", "data: a\n\ndata: [DONE]\r"] {
        let items = decode(&[text.as_bytes()]);
        let events: Vec<SseEvent> = items.into_iter().map(Result::unwrap).collect();
        let seen: Vec<_> = events.iter().map(|event| (event.data(), event.is_complete())).collect();
        assert_eq!(seen, [("a", true), ("[DONE]", false)], "{text:?}");
    }
    assert!(decode(&[b"event: x\nid: 1\n: y"]).is_empty());
}

#[test]
fn after_the_end_nothing_follows() {
    let mut decoder = SseDecoder::new();
    decoder.push("data: a".into());
    decoder.finish();
    assert_eq!(drain(&mut decoder).len(), 1);
    decoder.push("data: b\n\n".into());
    assert_eq!(drain(&mut decoder).len(), 0);
}

#[test]
fn chunks_pushed_without_taking_events_are_not_lost() {
    let mut decoder = SseDecoder::new();
    for chunk in ["data: a\n", "\ndata: b\r", "\n\r\n", "data: c\n\n"] {
        decoder.push(chunk.into());
    }
    let events: Vec<String> = drain(&mut decoder).into_iter().map(|item| item.unwrap().data().to_owned()).collect();
    assert_eq!(events, ["a", "b", "c"]);
}

#[test]
fn an_event_in_one_chunk_is_a_slice_of_it() {
    let chunk = Bytes::from_static(b": x\nevent: e\ndata: {\"a\":1}\n\ndata: {\"a\":2}\r\n\r\n");
    let range = chunk.as_ptr_range();
    let mut decoder = SseDecoder::new();
    decoder.push(chunk);
    let events = drain(&mut decoder);
    assert_eq!(events.len(), 2);
    for event in events {
        let data = event.unwrap().data_bytes().clone();
        assert!(range.contains(&data.as_ptr()), "the data was copied");
    }
}

const LIMIT: usize = 64;

fn limited() -> SseDecoder {
    SseDecoder::new().with_max_event_bytes(LIMIT)
}

#[test]
fn an_event_up_to_the_limit_passes_and_a_larger_one_is_an_error_of_its_own() {
    let fits = format!("data: {}\n\n", "x".repeat(LIMIT - 6));
    let exceeds = format!("data: {}\n\n", "x".repeat(LIMIT - 5));
    let mut decoder = limited();
    decoder.push(Bytes::from(fits.clone() + &exceeds + &fits));
    let items = drain(&mut decoder);
    assert_eq!(items.len(), 3, "{items:?}");
    assert!(items[0].is_ok() && items[2].is_ok());
    assert_eq!(items[1], Err(SseError::TooLarge { limit: LIMIT }));
}

#[test]
fn name_and_data_count_together() {
    let event = format!("event: {}\ndata: {}\n\n", "n".repeat(LIMIT / 2), "d".repeat(LIMIT / 2));
    let mut decoder = limited();
    decoder.push(event.into());
    assert_eq!(drain(&mut decoder), [Err(SseError::TooLarge { limit: LIMIT })]);
}

#[test]
fn a_line_without_end_is_rejected_once_and_never_kept() {
    for start in ["data: ", ": ", "", "event: "] {
        let mut decoder = limited();
        let mut errors = 0;
        decoder.push(Bytes::copy_from_slice(start.as_bytes()));
        for _ in 0..1000 {
            decoder.push(Bytes::from_static(&[b'x'; 50]));
            errors += drain(&mut decoder).len();
            assert!(decoder.buffered_bytes() <= LIMIT);
        }
        assert_eq!(errors, 1, "{start:?}");
        decoder.push("\n\ndata: after\n\n".into());
        assert_eq!(drain(&mut decoder).len(), 1, "the stream goes on behind it");
    }
}

#[test]
fn an_event_of_endless_lines_is_rejected_once_and_never_kept() {
    let mut decoder = limited();
    let mut errors = 0;
    for _ in 0..1000 {
        decoder.push("data: 0123456789\r\n".into());
        errors += drain(&mut decoder).len();
        assert!(decoder.buffered_bytes() <= LIMIT);
    }
    assert_eq!(errors, 1);
    decoder.push("data: tail of the same event\r\n\r\ndata: after\r\n\r\n".into());
    let rest = drain(&mut decoder);
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].as_ref().unwrap().data(), "after");
}

#[test]
fn comments_between_events_never_add_up_to_the_limit() {
    let mut decoder = limited();
    decoder.push("data: x\n".into());
    for _ in 0..1000 {
        decoder.push(": keep-alive\n".into());
        assert!(drain(&mut decoder).is_empty());
    }
    decoder.push("\n".into());
    assert!(drain(&mut decoder)[0].is_ok());
}
