//! A balancer as people have one in front: TLS of a private authority, a sub-path, and one name that it answers to.

use std::path::Path;

use super::call::{built_in, gone, upgrade};
use super::images::{RELEASE, STABLE, images};
use super::suite::{BUSYBOX, GREEN, busybox};
use crate::gate::Gate;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls");

/// Whoever does not come by chat.test is sent away.
const SERVICES: &str = "
x-node: &node
  image: replaced/by-the-gate:1
  labels: { upgrade-gate.role: node }
  depends_on: [postgres, store]
  environment:
    MM_CONFIG: postgres://mm:mm@postgres:5432/mm
    MM_SERVICESETTINGS_SITEURL: <site>
    MM_FILESETTINGS_DRIVERNAME: amazons3
    MM_FILESETTINGS_AMAZONS3ENDPOINT: store:9000
    MM_FILESETTINGS_AMAZONS3BUCKET: mattermost
    MM_FILESETTINGS_AMAZONS3ACCESSKEYID: store-user
    MM_FILESETTINGS_AMAZONS3SECRETACCESSKEY: store-secret-1
    MM_FILESETTINGS_AMAZONS3SSL: 'false'
services:
  postgres:
    image: upgrade-gate-test/database:clustered
    labels: { upgrade-gate.role: database }
  store:
    image: upgrade-gate-test/store:1
    labels: { upgrade-gate.role: store }
    environment: { MINIO_ROOT_USER: store-user, MINIO_ROOT_PASSWORD: store-secret-1 }
  node1: *node
  node2: *node
  proxy:
    image: upgrade-gate-test/haproxy:1
    labels: { upgrade-gate.role: balancer, <labels> }
    configs:
      - { source: proxy, target: /usr/local/etc/haproxy/haproxy.cfg }
      - { source: server, target: /usr/local/etc/haproxy/server.pem }
configs:
  server:
    content: |
<server>
  proxy:
    content: |
      defaults
        mode http
        timeout connect 2s
        timeout client 100s
        timeout server 100s
        option redispatch 1
      listen nodes
        bind :8443 ssl crt /usr/local/etc/haproxy/server.pem
        bind :8000
        http-request deny unless { hdr(host) -m beg -i chat.test }
        server node1 node1:8065 check
        server node2 node2:8065 check
";

/// A run with such a file: `site` as the servers know it, `labels` of the balancer.
fn roll(folder: &Path, site: &str, labels: &str) -> Gate {
    let pem =
        ["server.pem", "server.key"].map(|name| std::fs::read_to_string(format!("{FOLDER}/{name}")).unwrap());
    let pem: Vec<String> = pem.concat().lines().map(|line| format!("      {line}")).collect();
    let text =
        SERVICES.replace("<site>", site).replace("<labels>", labels).replace("<server>", &pem.join("\n"));
    let file = folder.join("compose.yml");
    std::fs::write(&file, text).unwrap();
    upgrade(STABLE, RELEASE).arg("--compose-file", file.to_str().unwrap()).arg("--timeout", "8m")
}

#[test]
fn the_built_in_cluster_may_be_below_a_path() {
    let Some(images) = images() else { return };
    let call = built_in(images, STABLE, RELEASE)
        .nodes(2)
        .arg("--variables", "SITE_URL=http://balancer:8065/chat")
        .arg("--only", "startup,topology,posts,files.links,integrations.commands")
        .run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    assert!(call.output.contains("users come by http://balancer:8065/chat"), "{}", call.output);
    assert_eq!(gone(&call.run_id()), "");
}

/// A reload by restart: the proxy looks names up once.
const TLS: &str = "upgrade-gate.reload: restart, upgrade-gate.url: 'https://chat.test:8443/sub'";

#[test]
fn tls_of_a_private_authority_a_sub_path_and_a_rule_of_hosts_are_gone_through() {
    let Some(_images) = images() else { return };
    let folder = tempfile::tempdir().unwrap();
    let call = roll(folder.path(), "https://chat.test:8443/sub", TLS)
        .arg("--ca-bundle", &format!("{FOLDER}/authority.pem"))
        .run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    assert!(
        call.output.contains("balancer proxy, users come by https://chat.test:8443/sub (to its port 8443)"),
        "{}",
        call.output
    );
    assert!(call.output.contains("node1 (as http://node1:8065/sub)"), "{}", call.output);
    // The first node goes back once, and forward again.
    assert_eq!(call.record().replacements.len(), 4, "{}", call.output);
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn an_authority_that_nobody_named_is_the_environments_fault_and_told_with_its_input() {
    let Some(_images) = images() else { return };
    let folder = tempfile::tempdir().unwrap();
    let call = roll(folder.path(), "https://chat.test:8443/sub", TLS).arg("--only", "startup").run();
    assert_eq!(call.code, Some(3), "{}", call.output);
    assert!(
        call.output.contains("its certificate is of an authority that is not trusted here")
            && call.output.contains("Give the certificate of that authority by the input ca-bundle."),
        "{}",
        call.output
    );
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn a_rule_of_hosts_wants_the_label_and_is_told_without_it() {
    let Some(_images) = images().filter(|_| busybox()) else { return };
    let with = tempfile::tempdir().unwrap();
    let labels =
        "upgrade-gate.reload: restart, upgrade-gate.url: 'http://chat.test', upgrade-gate.port: '8000'";
    // A suite beside it comes by that name too.
    let call = roll(with.path(), "http://chat.test", labels)
        .arg("--only", "startup,topology,posts,suite")
        .arg("--suite-image", BUSYBOX)
        .arg("--suite-command", GREEN)
        .run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    assert_eq!(gone(&call.run_id()), "");
    let without = tempfile::tempdir().unwrap();
    let labels = "upgrade-gate.reload: restart, upgrade-gate.port: '8000'";
    let call = roll(without.path(), "http://chat.test", labels).arg("--only", "startup").run();
    assert_eq!(call.code, Some(3), "{}", call.output);
    assert!(
        call.output.contains("got 403 to GET /api/v4/system/ping")
            && call.output.contains("write the label upgrade-gate.url as users have it"),
        "{}",
        call.output
    );
    assert_eq!(gone(&call.run_id()), "");
}
