//! Handler of decisions: answers that follow from the words of the state and the questions, the same for the same request.

use serde_json::{Map, Value, json};

use super::errors::error;
use super::models;
use super::parsed_request::ParsedRequest;
use super::price;
use super::reply::Reply;
use super::state::State;

pub(super) fn create(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let model = models::wanted(request, "decision", request.text("model"))?;
    let body = &request.body;
    let questions = body["questions"].as_object().filter(|questions| !questions.is_empty());
    let questions = questions.ok_or_else(|| error(400, "questions: must have at least 1 item"))?;
    let known = body["state"].to_string().to_lowercase();
    let answers: Map<String, Value> =
        questions.iter().map(|(id, question)| (id.clone(), answer(&known, question))).collect();
    let (read, written) = (body.to_string().len().div_ceil(4) as u64, 8 * answers.len() as u64);
    state.balance_usd -= price::of_tokens(&model, read, Default::default(), 0).to_f64();
    state.limits.count_tokens(read);
    let id = model["id"].as_str().unwrap_or_default();
    let usage = json!({"input_tokens": read, "output_tokens": written});
    Ok(Reply::json(200, &json!({"model": id, "answers": answers, "usage": usage})).with("x-venice-model-id", id))
}

/// An option or level whose words are in the state is three times as probable as one whose words are not.
fn answer(state: &str, question: &Value) -> Value {
    let weight = |text: &str| if overlaps(state, text) { 3.0 } else { 1.0 };
    match question["type"].as_str() {
        Some("noul") => {
            let (yes, no) = (&question["criteria"]["true"], &question["criteria"]["false"]);
            let yes = weight(yes.as_str().unwrap_or(&question["instructions"].to_string()));
            let no = weight(no.as_str().unwrap_or_default());
            json!({"type": "noul", "noul": rounded(yes / (yes + no))})
        }
        Some("choice") => {
            let options = question["criteria"].as_object().into_iter().flatten();
            let weighed: Vec<(String, f64)> = options
                .map(|(name, meaning)| {
                    (name.clone(), weight(&format!("{name} {}", meaning.as_str().unwrap_or_default())))
                })
                .collect();
            let (best, probabilities) = distribution(&weighed);
            let confidence = probabilities.get(&best).cloned().unwrap_or_default();
            json!({"type": "choice", "choice": best, "probabilities": probabilities, "confidence": confidence})
        }
        _ => {
            let levels: Vec<&str> =
                question["criteria"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let weighed: Vec<(String, f64)> =
                levels.iter().enumerate().map(|(number, level)| (number.to_string(), weight(level))).collect();
            let (best, probabilities) = distribution(&weighed);
            let mean =
                |(number, level): (usize, &String)| number as f64 * probabilities[level].as_f64().unwrap_or_default();
            let score: f64 = weighed.iter().map(|(level, _)| level).enumerate().map(mean).sum();
            let legend: Map<String, Value> =
                levels.iter().enumerate().map(|(number, level)| (number.to_string(), (*level).into())).collect();
            let confidence = probabilities.get(&best).cloned().unwrap_or_default();
            json!({
                "type": "score", "score": rounded(score), "legend": legend, "probabilities": probabilities,
                "confidence": confidence,
            })
        }
    }
}

/// Whether a word of the text, of four letters at least, is in the state.
fn overlaps(state: &str, text: &str) -> bool {
    let text = text.to_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).any(|word| word.len() > 3 && state.contains(word))
}

/// The first of the most probable names, and the probability of each.
fn distribution(weighed: &[(String, f64)]) -> (String, Map<String, Value>) {
    let total: f64 = weighed.iter().map(|(_, weight)| weight).sum();
    let best = weighed.iter().rev().max_by(|one, other| one.1.total_cmp(&other.1));
    let best = best.map(|(name, _)| name.clone()).unwrap_or_default();
    let probabilities = weighed.iter().map(|(name, weight)| (name.clone(), rounded(weight / total).into()));
    (best, probabilities.collect())
}

fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
