//! Faults of what a browser loads, and of jobs: how each shows at the node that runs the release.

use serde_json::json;

use super::client::Site;
use super::faults::{NEW, OLD};
use crate::Options;

/// Whether the fault shows; nothing where it is about something else.
pub(super) async fn seen(fault: &str, site: &Site) -> Option<bool> {
    let found = match fault {
        "page-500" => site.get(NEW, "!/").await.status == 500,
        "page-policy-lost" => site.get(NEW, "!/").await.header("content-security-policy").is_empty(),
        "script-missing" => is_missing(site, &named(site, "!/", "/static/main.").await).await,
        "font-missing" => {
            let style = named(site, "!/", "/static/css/").await;
            is_missing(site, &named(site, &style, "/static/files/").await).await
        }
        "styles-differ" => {
            let style = named(site, "!/", "/static/css/").await;
            site.get(NEW, &style).await.bytes != site.get(NEW, &style).await.bytes
        }
        "plugin-script-missing" => {
            let webapps = site.get(NEW, "/plugins/webapp").await.body;
            let paths =
                webapps.as_array().unwrap().iter().filter_map(|one| one["webapp"]["bundle_path"].as_str());
            let path = paths.into_iter().find(|path| path.contains("playbooks")).unwrap();
            is_missing(site, &format!("!{}", path.replacen("/static/", "/static/plugins/", 1))).await
        }
        "files-elsewhere" => page(site).await.contains("src=\"/elsewhere/static/main."),
        "page-throws" | "page-empty" => script(site).await.contains(&format!("const fault = '{fault}'")),
        "chunk-missing" => {
            let client = named(site, "!/", "/static/main.").await;
            is_missing(site, &named(site, &client, "/static/chunks/").await).await
        }
        "page-script-missing" => is_missing(site, &named(site, "!/", "/static/main.").await).await,
        "page-without-session" => is_missing(site, "/teams/name/lab/channels/name/town-square").await,
        "job-begin-500" => site.post(NEW, "/jobs", json!({"type": "plugins"})).await.status == 500,
        "job-forgotten" => {
            let begun = site.post(OLD, "/jobs", json!({"type": "plugins"})).await.id();
            is_missing(site, &format!("/jobs/{begun}")).await
        }
        "job-errs" => {
            site.post(OLD, "/jobs", json!({"type": "plugins"})).await;
            site.get(NEW, "/jobs").await.body[0]["status"] == "error"
        }
        _ => return None,
    };
    Some(found)
}

/// The path that an answer names, by how it begins; to be asked for as it is.
async fn named(site: &Site, path: &str, start: &str) -> String {
    let text = String::from_utf8(site.get(NEW, path).await.bytes).unwrap();
    let rest = &text[text.find(start).unwrap()..];
    format!("!{}", &rest[..rest.find(['"', ')', '`']).unwrap()])
}

async fn page(site: &Site) -> String {
    String::from_utf8(site.get(NEW, "!/").await.bytes).unwrap()
}

async fn script(site: &Site) -> String {
    let path = named(site, "!/", "/static/main.").await;
    String::from_utf8(site.get(NEW, &path).await.bytes).unwrap()
}

async fn is_missing(site: &Site, path: &str) -> bool {
    site.get(NEW, path).await.status == 404
}

#[tokio::test]
async fn a_new_job_is_pending_and_done_when_somebody_asks_again() {
    let site = Site::new(true, &["11.6.0", "11.6.0"], &crate::fault::Faults::none()).await;
    let begun = site.post(0, "/jobs", json!({"type": "plugins"})).await;
    assert_eq!((begun.status, &begun.body["status"]), (201, &json!("pending")));
    assert_eq!(site.get(1, &format!("/jobs/{}", begun.id())).await.body["status"], "success");
    let refused = site.post(0, "/jobs", json!({"type": "nope"})).await;
    assert_eq!(refused.body["id"], "api.job.unable_to_create_job.incorrect_job_type");
}

#[tokio::test]
async fn a_page_of_a_site_with_a_path_names_its_files_there_and_is_the_same_for_each_view() {
    let options = Options { site_url: "http://chat.test/company".into(), ..Options::default() };
    let site = Site::of(options, &["11.6.0", "11.6.0"], &crate::fault::Faults::none()).await;
    let text = async |path: &str| {
        let answer = site.get(0, path).await;
        (answer.status, String::from_utf8(answer.bytes).unwrap())
    };
    let (status, page) = text("!/company/").await;
    assert!(status == 200 && page.contains("src=\"/company/static/main."), "{page}");
    for view in
        ["!/company/login", "!/company/lab/channels/town-square", "!/company/boards", "!/company/playbooks"]
    {
        assert_eq!(text(view).await, (200, page.clone()), "{view}");
    }
    let style = named(&site, "!/company/", "/company/static/css/").await;
    assert!(text_of(&site, &style).await.contains("url(/company/static/files/"));
}

async fn text_of(site: &Site, path: &str) -> String {
    String::from_utf8(site.get(0, path).await.bytes).unwrap()
}
