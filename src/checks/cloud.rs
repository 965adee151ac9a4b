//! `cloud`: a cloud workspace talks to its Customer Web Server, through every node.

use serde_json::{Value, json};
use tokio::time::Instant;

use super::check::{Check, Need, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::Place;
use crate::sinks::{Answer, HttpSink};

pub(super) const CHECK: Check = Check {
    id: "cloud",
    title: "every node reaches the Customer Web Server and tells its subscription, products, customer and limits",
    lines: &["S2.9"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::CloudLicence],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// What servers ask for, and the fields that each answer must have.
const PARTS: [(&str, &[&str]); 4] = [
    ("subscription", &["id", "customer_id", "product_id", "status"]),
    ("products", &["id", "name", "sku"]),
    ("customer", &["id", "name"]),
    ("limits", &[]),
];

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let place = &cx.places[0];
    let admin = cx.home.admin.at(&place.anyone);
    let name = format!("{} tells its licence", place.label());
    let licence =
        cx.prepare(name, async { admin.client_license().await.expecting("the client licence") }).await?;
    if licence.get("Cloud").is_none_or(|cloud| cloud != "true") {
        cx.not_applicable("the servers talk to a Customer Web Server", "no cloud licence");
        return Ok(());
    }
    let name = format!("{} tells where its Customer Web Server is", place.label());
    let server = cx
        .step(name, async {
            let config = admin.config().await.expecting("the configuration")?;
            Ok(config["CloudSettings"]["CWSURL"].as_str().unwrap_or_default().to_owned())
        })
        .await?;
    let own = own_endpoint(cx, &server);
    cx.fact("Customer Web Server", if own.is_some() { "the gate itself plays it" } else { &server });
    if let Some((sink, endpoint)) = &own {
        sink.serve(endpoint, |request| Answer::json(&played(&request.path)));
    }
    let mut halted = Ok(());
    for place in cx.places {
        halted = halted.and(one_node(cx, place, own.as_ref()).await);
    }
    if own.is_none() {
        let reason = format!("it is {server} and not the gate's own: what it was asked can't be seen");
        cx.not_applicable("the Customer Web Server notes that it was asked", reason);
    }
    halted
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

async fn one_node(cx: &Context<'_>, place: &Place, own: Option<&(&HttpSink, String)>) -> Result<(), Halt> {
    let admin = cx.home.admin.at(&place.anyone);
    let name = format!("{} reaches the Customer Web Server", place.label());
    let mut halted = cx
        .step(name, async {
            let status = admin.cloud_connection().await.expecting("the state of the connection")?;
            if status == "available" {
                Ok(())
            } else {
                Err(Stop::failed_at(&place.name, "available", status))
            }
        })
        .await;
    for (part, fields) in PARTS {
        let name = format!("{} tells the {part}", place.label());
        let told = cx
            .step(name, async {
                let told = admin.cloud(part).await.expecting(&format!("the {part}"))?;
                complete(place, part, fields, &told)?;
                match own {
                    Some((sink, endpoint)) => asked(place, sink, endpoint, part).await,
                    None => Ok(()),
                }
            })
            .await;
        halted = halted.and(told);
    }
    halted
}

/// Whether an answer, or each one of a list, has its fields, and they are not empty.
fn complete(place: &Place, part: &str, fields: &[&str], told: &Value) -> Result<(), Stop> {
    let all: Vec<&Value> = told.as_array().map_or_else(|| vec![told], |list| list.iter().collect());
    if all.is_empty() || all.iter().any(|one| !one.is_object()) {
        return Err(Stop::failed_at(&place.name, format!("a {part}"), told.to_string()));
    }
    for field in fields {
        if all.iter().any(|one| one[*field].as_str().is_none_or(str::is_empty)) {
            return Err(Stop::failed_at(&place.name, format!("the field {field} of the {part}"), "none"));
        }
    }
    Ok(())
}

/// The request must have come by the time of the answer.
async fn asked(place: &Place, sink: &HttpSink, endpoint: &str, part: &str) -> Result<(), Stop> {
    let wanted = |request: &crate::sinks::Request| request.path.ends_with(part);
    match sink.wait(endpoint, Instant::now(), wanted).await {
        Some(_) => Ok(()),
        None => Err(Stop::failed_at(
            &place.name,
            format!("the Customer Web Server to be asked for the {part}"),
            "an answer without that",
        )),
    }
}
