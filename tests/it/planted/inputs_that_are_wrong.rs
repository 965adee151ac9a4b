//! One input at a time holds what it should not: an address with secrets, or lines with them.

use super::call::Call;

/// The inputs of action.yml: whoever adds one finds it planted here.
pub(super) fn names() -> Vec<String> {
    let text = include_str!("../../../action.yml");
    let inputs = text.split("\ninputs:\n").nth(1).unwrap().split("\noutputs:\n").next().unwrap();
    let names = inputs.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
    names.filter(|name| !name.starts_with([' ', '#'])).map(str::to_owned).collect()
}

/// Where the value is a place in the file system, that place has the name that it was given.
const PLACES: [&str; 1] = ["report-dir"];

fn versions(call: Call) -> Call {
    call.input("stable", "11.5.1").input("release", "11.6.0")
}

/// For inputs that are about an attached cluster, one is there.
fn attached(call: Call) -> Call {
    call.without(&["license", "registry-password", "registry-username"])
        .input("cluster", "attached")
        .input("replace-command", "true")
        .input("admin-token", "some-token")
}

#[test]
fn an_address_in_any_input_loses_its_secrets() {
    let names = names();
    assert!(names.len() > 40, "{names:?}");
    for name in names.iter().filter(|name| !PLACES.contains(&name.as_str())) {
        for (command, on_github) in [("plan", false), ("run", true)] {
            let mut call = versions(Call::of(&[command])).input("timeout", "5s");
            let is_of_attached = ["node-urls", "balancer-url"].contains(&name.as_str());
            if is_of_attached {
                call = attached(call);
            }
            if on_github {
                call = call.on_github().without_upload();
            }
            let address = call.address(name);
            call = call.input(name, &address);
            let (code, told) = call.judged();
            if is_of_attached {
                assert_eq!(code, 2, "{told}");
                assert!(told.contains(&format!("{name}: \"https://…@127.0.0.1:9/x\" has a user")), "{told}");
            }
        }
    }
}

#[test]
fn addresses_without_a_scheme_lose_them_too() {
    for name in ["registry", "report-endpoint", "image", "suite-image", "database-image"] {
        let mut call = versions(Call::of(&["plan"])).input("report-bucket", "reports");
        let login = call.login(name);
        call.input(name, &format!("{login}@ghcr.io/x")).judged();
    }
}

#[test]
fn lines_of_variables_are_told_by_their_number() {
    for on_github in [false, true] {
        let mut call = versions(Call::of(&["run"]));
        let key = call.planted.plant("a key's first line");
        let more = call.planted.plant("a key's second line");
        let base64 = call.planted.plant("a key's last line");
        let open = call.planted.plant_odd("a value of another line");
        call = call
            .input("variables", &format!("A=1\nKEY=BEGIN {key}\n{more}\n{base64}/x==\nDB_PASSWORD={open}"));
        if on_github {
            call = call.on_github();
        }
        let (code, told) = call.judged();
        assert_eq!(code, 2, "{told}");
        assert!(told.contains("in line 3") && told.contains("in line 4"), "{told}");
    }
}

#[test]
fn commands_are_not_repeated() {
    let commands = ["replace-command", "drain-command", "undrain-command", "suite-command"];
    for format in ["text", "json"] {
        let mut call = attached(versions(Call::of(&["plan", "--format", format])))
            .input("node-urls", "http://10.0.0.1:8065")
            .input("balancer-url", "http://10.0.0.2");
        for name in commands {
            let token = call.planted.plant(name);
            call = call.input(name, &format!("curl -H 'Authorization: {token}' https://deploy"));
        }
        let (code, told) = call.judged();
        assert_eq!(code, 0, "{told}");
    }
    // Without a cluster to be attached to they are wrong.
    for name in commands {
        let mut call = versions(Call::of(&["run"]));
        let token = call.planted.plant(name);
        call.input(name, &format!("deploy '{token}'")).judged();
    }
}

#[test]
fn a_private_key_in_place_of_a_certificate_is_not_shown() {
    for (before, after) in
        [("-----BEGIN PRIVATE KEY-----\n", "\n"), ("-----BEGIN PRIVATE KEY----- ", ""), ("-----BEGIN ", "\n")]
    {
        let mut call = versions(Call::of(&["plan"]));
        let key = call.planted.plant("ca-bundle");
        let (code, told) = call.input("ca-bundle", &format!("{before}{key}{after}")).judged();
        assert_eq!(code, 2, "{told}");
    }
}
