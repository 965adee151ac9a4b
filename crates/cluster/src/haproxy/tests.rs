//! The client against a scripted runtime API, with answers recorded from haproxy 2.6 and `cluster/haproxy.cfg`.

use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;

use super::*;

/// Nodes 1 to 9: well, drained, in maintenance, gone, well, and four that never were.
const RECORDED: &str = include_str!("show-stat-2.6.csv");

/// Answers one connection after the other; the last answer stays.
async fn scripted(answers: Vec<String>) -> (Haproxy, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let haproxy = Haproxy::new(listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hears = heard.clone();
    tokio::spawn(async move {
        let mut answers = answers.into_iter().peekable();
        let mut answer = String::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut command = [0; 200];
            let length = stream.read(&mut command).await.unwrap();
            hears.lock().unwrap().push(String::from_utf8_lossy(&command[..length]).into_owned());
            answer = answers.next().unwrap_or(answer);
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (haproxy, heard)
}

fn deadline(seconds: u64) -> Instant {
    Instant::now() + Duration::from_secs(seconds)
}

#[test]
fn the_states_of_recorded_servers() {
    let seen: Vec<_> =
        servers(RECORDED, "nodes").into_iter().map(|(name, status)| format!("{name} {status}")).collect();
    insta::assert_snapshot!(seen.join("\n"), @r"
    node1 up at 172.18.0.2:8065, check L7OK
    node2 drained at 172.18.0.3:8065, check L7OK
    node3 in maintenance at 172.18.0.4:8065
    node4 down at 172.18.0.5:8065, check L4TOUT
    node5 up at 172.18.0.6:8065, check L7OK
    node6 without an address
    node7 without an address
    node8 without an address
    node9 without an address
    ");
    assert!(servers(RECORDED, "mattermost").is_empty());
}

#[test]
fn words_of_servers_in_between() {
    let states =
        ["UP 1/2", "DOWN 1/2", "MAINT (via nodes/node1)", "NOLB", "no check", "DOWN (agent)"].map(state);
    use ServerState::{Down, Drain, Maint, Up};
    assert_eq!(states, [Up, Down, Maint, Drain, Up, Down]);
    let csv = "# pxname,svname,scur,status,type,check_status,addr,last_chk,\n\
               nodes,a,3,no check,2,,127.0.0.1:1,\"one, two\",\n\
               nodes,b,0,UP,2,* L7OK,[::1]:8065,,\n\
               nodes,c,0,UP 1/2,2,L4CON,0.0.0.0:8065,,\n";
    let [a, b, c] = &servers(csv, "nodes")[..] else { panic!("three servers") };
    assert_eq!((a.1.current_sessions, a.1.is_healthy()), (3, true));
    assert_eq!((b.1.address.unwrap().to_string().as_str(), b.1.is_healthy()), ("[::1]:8065", true));
    assert_eq!((c.1.address, c.1.is_healthy()), (None, false));
}

#[tokio::test]
async fn states_are_set_and_refusals_told() {
    let (haproxy, heard) = scripted(vec!["\n".into(), "\n".into(), "No such server.\n\n".into()]).await;
    haproxy.drain("node1").await.unwrap();
    haproxy.clone().with_backend("app").ready("node1").await.unwrap();
    assert_eq!(
        *heard.lock().unwrap(),
        ["set server nodes/node1 state drain\n", "set server app/node1 state ready\n"]
    );
    let refused = haproxy.drain("node10").await.unwrap_err().to_string();
    assert!(refused.contains("\"set server nodes/node10 state drain\": No such server.; see"), "{refused}");
    let stranger = Haproxy::new(haproxy.address).status("node1").await.unwrap_err().to_string();
    assert!(stranger.starts_with("haproxy has no server node1 in its backend nodes"), "{stranger}");
}

#[tokio::test]
async fn a_silent_or_absent_haproxy_is_an_error() {
    let (haproxy, _heard) = scripted(vec![String::new()]).await;
    assert!(matches!(haproxy.drain("node1").await, Err(HaproxyError::Unreachable { .. })));
    let nowhere = (std::net::Ipv4Addr::LOCALHOST, 1).into();
    let absent = Haproxy::new(nowhere).status("node1").await.unwrap_err().to_string();
    assert!(absent.contains("did not answer \"show stat\""), "{absent}");
}

#[tokio::test]
async fn up_means_checked_and_at_the_expected_address() {
    let unchecked = RECORDED.replace("L7OK", "");
    let moved = RECORDED.replace("172.18.0.2", "172.18.0.22");
    let (haproxy, heard) = scripted(vec![unchecked, RECORDED.into(), moved]).await;
    let new: IpAddr = "172.18.0.22".parse().unwrap();
    let up = haproxy.wait_up("node1", Some(new), deadline(60)).await.unwrap();
    assert_eq!(up.address.unwrap().ip(), new);
    assert_eq!(heard.lock().unwrap().len(), 3);

    let late = haproxy.wait_up("node4", Some(new), deadline(0)).await.unwrap_err().to_string();
    assert!(late.contains(
        "node4 up at 172.18.0.22 in time, its last word was down at 172.18.0.5:8065, check L4TOUT"
    ));
    assert!(haproxy.wait_up("node2", None, deadline(0)).await.is_err(), "drained is not up");
    let unknown = haproxy.wait_up("node10", None, deadline(60)).await.unwrap_err().to_string();
    assert!(unknown.contains("it has node1, node2"), "{unknown}");
}

#[tokio::test]
async fn idle_means_no_session_or_the_deadline() {
    let csv = |sessions| format!("# pxname,svname,scur,status,type,\nnodes,node1,{sessions},DRAIN,2,\n");
    let (haproxy, heard) = scripted(vec![csv(5), csv(2), csv(0)]).await;
    assert_eq!(haproxy.wait_idle("node1", 0, deadline(60)).await.unwrap(), 0);
    assert_eq!(heard.lock().unwrap().len(), 3);
    let (haproxy, _heard) = scripted(vec![csv(5), csv(2)]).await;
    assert_eq!(haproxy.wait_idle("node1", 4, deadline(0)).await.unwrap(), 5);
    assert_eq!(haproxy.wait_idle("node1", 2, deadline(60)).await.unwrap(), 2, "they are known to last");
}

#[test]
fn fuzzed() {
    let tokens = [
        "nodes",
        "node1",
        "UP",
        "DRAIN",
        "MAINT (resolution)",
        ",",
        "\"",
        "# pxname,svname",
        "2",
        "* L4OK",
        "127.0.0.1:8065",
        "[::1]:1",
    ];
    let target = fuzz::Target { name: "haproxy", more: &[], tokens: &tokens, part: b',' };
    target.texts(|text| drop(servers(text, BACKEND)));
}
