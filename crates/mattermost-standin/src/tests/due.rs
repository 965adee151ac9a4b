//! What comes at its time: by the clock, and by the faults of `jobs.yaml` that are about it.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::client::Site;
use super::faults::{Before, NEW, OLD};
use crate::db::kept::Reminder;
use crate::fault::Faults;
use crate::node::due;

/// Whether the fault shows; nothing where it is about something else.
pub(super) fn seen(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let known =
        ["reminder-doubled", "reminders-again", "reminders-forgotten", "scheduled-doubled", "scheduled-lost"];
    if !known.contains(&fault) {
        return None;
    }
    let core = &site.nodes[NEW].running.core;
    let reminder = |target_time, done| Reminder {
        user: before.user.clone(),
        post: before.post.clone(),
        target_time,
        done,
    };
    let later = core.world.tick() / 1000 + 3600;
    let row = json!({"id": "one", "user_id": before.user, "channel_id": before.channel, "root_id": "",
        "message": "for later", "scheduled_at": 1});
    // At once: the other node looks by the clock.
    Some(core.transact(|tables| {
        tables.kept.reminders = vec![reminder(1, false), reminder(later, false)];
        tables.kept.scheduled.insert("one".into(), row);
        due::act(core, tables);
        let count = |kind: &str, text: &str| {
            tables.posts.values().filter(|post| post.kind == kind && post.message.contains(text)).count()
        };
        let (reminded, sent) = (count("reminder", ""), count("", "for later"));
        due::rot(core, tables);
        let done: Vec<bool> = tables.kept.reminders.iter().map(|reminder| reminder.done).collect();
        match fault {
            "reminder-doubled" => reminded == 2,
            "scheduled-doubled" => sent == 2,
            "scheduled-lost" => sent == 0,
            "reminders-again" => done == [true, false, false],
            _ => done == [true],
        }
    }))
}

/// The reminders that alice has, and what was sent later in the channel.
async fn come(site: &Site, channel: &str, token: &str) -> (usize, usize) {
    let tables = || site.world.tables().posts.values().filter(|post| post.kind == "reminder").count();
    let page = site.call(OLD, "GET", &format!("/channels/{channel}/posts"), token, Value::Null).await;
    let sent = page.body["posts"].as_object().unwrap().values().filter(|post| post["message"] == "for later");
    (tables(), sent.count())
}

#[tokio::test]
async fn whoever_looks_a_reminder_comes_once_and_so_does_a_scheduled_message() {
    for clustered in [true, false] {
        let site = Site::new(clustered, &["11.6.0", "11.6.0", "11.7.0"], &Faults::none()).await;
        let (team, channel) = site.place(OLD, "lab").await;
        let (user, token) = site.user(OLD, "alice").await;
        site.post(OLD, &format!("/teams/{team}/members"), json!({"team_id": team, "user_id": user})).await;
        site.post(OLD, &format!("/channels/{channel}/members"), json!({"user_id": user})).await;
        let post = site.say(OLD, &channel, "of this").await;
        let soon = json!({"target_time": site.world.tick() / 1000});
        let path = format!("/users/{user}/posts/{post}/reminder");
        assert_eq!(site.call(NEW, "POST", &path, &token, soon).await.status, 200);
        let later = json!({"channel_id": channel, "message": "for later", "scheduled_at": site.world.tick()});
        let scheduled = site.call(NEW, "POST", "/posts/schedule", &token, later).await.status;
        assert_eq!(scheduled, if clustered { 201 } else { 400 });
        let wanted = (1, usize::from(clustered));
        let deadline = Instant::now() + Duration::from_secs(10);
        let come = async || if come(&site, &channel, &token).await == wanted { Ok(()) } else { Err(()) };
        assert_eq!(basics::wait::until_ok(deadline, come).await, Ok(()));
        // Every node looks within two seconds after that; nobody has anything left to do.
        let rest = site.world.tables().kept.reminders.iter().filter(|reminder| !reminder.done).count();
        assert_eq!((rest, site.world.tables().kept.scheduled.len()), (0, 0));
    }
}
