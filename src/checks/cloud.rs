//! `cloud`: a cloud workspace talks to its Customer Web Server, through every node.

use tokio::time::Instant;

use super::prelude::*;
use crate::sinks::{CannedAnswer, HttpSink};

pub(super) const CHECK: Check = Check::new(
    "cloud",
    "every node reaches the Customer Web Server and tells its subscription, products, customer and limits",
    &["S2.9"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::CloudLicence]);

/// What servers ask for, and the fields that each answer must have.
const PARTS: [(&str, &[&str]); 4] = [
    ("subscription", &["id", "customer_id", "product_id", "status"]),
    ("products", &["id", "name", "sku"]),
    ("customer", &["id", "name"]),
    ("limits", &[]),
];

async fn run(cx: &Context<'_>) {
    let first = cx.actor();
    let licence = async { first.admin().client_license().await.expecting("the client licence") };
    let Ok(licence) = cx.prepare(format!("{first} tells its licence"), licence).await else { return };
    if licence.get("Cloud").is_none_or(|cloud| cloud != "true") {
        return cx.not_applicable("the servers talk to a Customer Web Server", "no cloud licence");
    }
    let server = async {
        let config = first.admin().config().await.expecting("the configuration")?;
        Ok(config["CloudSettings"]["CWSURL"].as_str().unwrap_or_default().to_owned())
    };
    let server = cx.step(format!("{first} tells where its Customer Web Server is"), server).await;
    let Ok(server) = server else { return };
    let own = own_endpoint(cx, &server);
    cx.fact("Customer Web Server", if own.is_some() { "the gate itself plays it" } else { &server });
    if let Some((sink, endpoint)) = &own {
        sink.serve(endpoint, |request| CannedAnswer::json(&played(&request.path)));
    }
    for place in cx.places {
        cx.verify(format!("{place} reaches the Customer Web Server"), is_connected(place)).await;
        for (part, fields) in PARTS {
            let told = tells(place, part, fields, own.as_ref());
            cx.verify(format!("{place} tells the {part}"), told).await;
        }
    }
    if own.is_none() {
        let reason = format!("it is {server} and not the gate's own: what it was asked can't be seen");
        cx.not_applicable("the Customer Web Server notes that it was asked", reason);
    }
}

/// The gate's own endpoint, if that is what the servers are told to ask.
fn own_endpoint<'a>(cx: &'a Context<'_>, server: &str) -> Option<(&'a HttpSink, String)> {
    let sink = &cx.sinks.as_ref().ok()?.http;
    let path = server.strip_prefix(&sink.url(""))?;
    Some((sink, path.to_owned()))
}

/// What the gate says where it plays the Customer Web Server, in the shapes of the product's `model/cloud.go`.
fn played(path: &str) -> Value {
    match path.rsplit('/').next() {
        Some("subscription") => json!({
            "id": "sub_gate", "customer_id": "cus_gate", "product_id": "prod_gate", "add_ons": [],
            "start_at": 1, "end_at": 4_102_444_800_000_i64, "create_at": 1, "seats": 100, "status": "active",
            "dns": "gate.example", "last_invoice": null, "upcoming_invoice": null, "is_free_trial": "false",
            "trial_end_at": 0, "delinquent_since": null, "originally_licensed_seats": 100,
            "compliance_blocked": "", "billing_type": "", "cancel_at": null, "will_renew": "",
            "simulated_current_time_ms": null, "is_cloud_preview": false,
        }),
        Some("products") => json!([{
            "id": "prod_gate", "name": "Cloud Enterprise", "description": "", "price_per_seat": 10.0,
            "add_ons": [], "sku": "cloud-enterprise", "price_id": "", "family": "", "recurring_interval": "month",
            "billing_scheme": "per_seat", "cross_sells_to": "",
        }]),
        Some("customer") => json!({
            "id": "cus_gate", "name": "Upgrade gate", "email": "gate@upgrade-gate.example", "num_employees": 1,
            "monthly_subscription_alt_payment_method": "", "creator_id": "", "create_at": 1,
            "billing_address": null, "company_address": null, "payment_method": null,
        }),
        _ => json!({}),
    }
}

async fn is_connected(place: &Place) -> Result<(), StepError> {
    let status = place.admin().cloud_connection().await.expecting("the state of the connection")?;
    place.ensure(status == "available", "available", status)
}

async fn tells(
    place: &Place,
    part: &str,
    fields: &[&str],
    own: Option<&(&HttpSink, String)>,
) -> Result<(), StepError> {
    let told = place.admin().cloud(part).await.expecting(&format!("the {part}"))?;
    complete(place, part, fields, &told)?;
    match own {
        Some((sink, endpoint)) => asked(place, sink, endpoint, part).await,
        None => Ok(()),
    }
}

/// Whether an answer, or each one of a list, has its fields, and they are not empty.
fn complete(place: &Place, part: &str, fields: &[&str], told: &Value) -> Result<(), StepError> {
    let all: Vec<&Value> = told.as_array().map_or_else(|| vec![told], |list| list.iter().collect());
    let objects = !all.is_empty() && all.iter().all(|one| one.is_object());
    place.ensure(objects, format!("a {part}"), told.to_string())?;
    for field in fields {
        let there = all.iter().all(|one| one[*field].as_str().is_some_and(|value| !value.is_empty()));
        place.ensure(there, format!("the field {field} of the {part}"), "none")?;
    }
    Ok(())
}

/// The request must have come by the time of the answer.
async fn asked(place: &Place, sink: &HttpSink, endpoint: &str, part: &str) -> Result<(), StepError> {
    let wanted = |request: &crate::sinks::Request| request.path.ends_with(part);
    let request = sink.wait(endpoint, Instant::now(), wanted).await;
    let expected = format!("the Customer Web Server to be asked for the {part}");
    place.ensure(request.is_some(), expected, "an answer without that")
}
