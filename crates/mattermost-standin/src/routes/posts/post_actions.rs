//! Buttons of messages: what they call is kept apart, because readers must not see it.

use serde_json::{Value, json};

use crate::db::integrations::Button;
use crate::db::tables::{Tables, pair};

/// The properties of a new post with its attachments as the product writes them, and what their buttons call put aside.
pub(crate) fn keep(tables: &mut Tables, post: &str, props: &Value) -> Value {
    let mut props = props.clone();
    let Some(attachments) = props.get_mut("attachments").and_then(Value::as_array_mut) else { return props };
    for attachment in attachments {
        let actions = attachment["actions"].as_array().cloned().unwrap_or_default();
        let mut whole = json!({"id": 0, "fallback": "", "color": "", "pretext": "", "author_name": "",
            "author_link": "", "author_icon": "", "title": "", "title_link": "", "text": "", "fields": null,
            "image_url": "", "thumb_url": "", "footer": "", "footer_icon": "", "ts": null});
        let given = [
            "fallback",
            "color",
            "pretext",
            "author_name",
            "title",
            "title_link",
            "text",
            "fields",
            "footer",
        ];
        for key in given {
            if let Some(given) = attachment.get(key) {
                whole[key] = given.clone();
            }
        }
        if !actions.is_empty() {
            whole["actions"] = actions.iter().map(|action| shown(tables, post, action)).collect();
        }
        *attachment = whole;
    }
    props
}

/// A button as readers see it.
fn shown(tables: &mut Tables, post: &str, action: &Value) -> Value {
    let id = action["id"].as_str().unwrap_or_default();
    let integration = &action["integration"];
    let button = Button {
        url: integration["url"].as_str().unwrap_or_default().to_owned(),
        context: integration["context"].clone(),
    };
    tables.integrations.buttons.insert(pair(post, id), button);
    let mut shown = action.clone();
    if let Some(shown) = shown.as_object_mut() {
        shown.shift_remove("integration");
    }
    shown
}
