use super::*;

/// The usage text of a Mattermost server, as it follows each error at its start.
const USAGE: &str = r#"Usage:
  mattermost [flags]
  mattermost [command]

Available Commands:
  completion  Generate the autocompletion script for the specified shell
  db          Commands related to the database
  export      Export data from Mattermost
  help        Help about any command
  import      Import data.
  jobserver   Start the Mattermost job server
  server      Run the Mattermost server
  version     Display version information

Flags:
  -c, --config string   Configuration file to use.
  -h, --help            help for mattermost

Use "mattermost [command] --help" for more information about a command.
"#;

fn told(log: &str) -> String {
    lines(&log.lines().collect::<Vec<_>>(), SHOWN).join("\n")
}

fn caused(log: &str) -> String {
    cause(&log.lines().collect::<Vec<_>>()).unwrap_or_default()
}

#[test]
fn an_error_before_a_usage_text_is_what_is_shown() {
    // Seen on 11.6: a config folder of root's, PostgreSQL that refuses, a migration that fails, a setting out of range.
    for error in [
        "Error: failed to load configuration: could not create config file: open /mattermost/config/config.json: permission denied",
        "Error: failed to load configuration: failed to initialize: driver: postgres, message: failed to grab connection to the database, command: grabbing_connection, originalError: dial tcp 192.0.2.1:25499: connect: connection refused, query: ",
        "Error: failed to load configuration: failed to initialize: pq: permission denied for schema public",
        "Error: failed to initialize platform: cannot create store: minimum Postgres version requirements not met. Found: 13.4, Wanted: 14.0",
        "Error: failed to load configuration: failed to create store: unable to load on store creation: invalid config: Config.IsValid: Invalid maximum login attempts for service settings. Must be a positive number.",
    ] {
        let log = format!("{error}\n{USAGE}");
        assert_eq!(told(&log), format!("{}\n… 16 more lines", error.trim_end()));
        assert_eq!(caused(&log), error.trim_end());
        // The engine keeps the log of a process that its policy starts again and again.
        assert!(caused(&log.repeat(30)).starts_with("Error: failed"), "{error}");
        assert!(told(&log.repeat(30)).starts_with("Error: failed"), "{error}");
    }
}

#[test]
fn an_error_that_arrives_inside_a_usage_text_is_what_is_shown() {
    // Standard output and standard error are two streams; a log has them in the order in which the engine read them.
    let error = "Error: open /data/x: permission denied";
    let usage: Vec<&str> = USAGE.lines().collect();
    for place in 0..=usage.len() {
        let mut log = usage.clone();
        log.insert(place, error);
        let told = lines(&log, SHOWN);
        // The two indented lines of the first heading look like what an error says of itself.
        assert!(told.contains(&error.to_owned()) && told.len() <= 5, "{place}: {told:?}");
    }
    let log = "Usage:\n  server [flags]\nError: could not listen\n  because the port is taken\n";
    assert_eq!(told(log), "… 2 more lines\nError: could not listen\n  because the port is taken");
}

#[test]
fn an_error_far_above_the_end_is_shown_with_the_end() {
    let ping = r#"{"level":"info","msg":"Pinging SQL","attempt":4}"#;
    let refused = r#"{"level":"error","msg":"Failed to ping DB","error":"dial tcp 192.0.2.1:25499: connect: connection refused"}"#;
    let log =
        format!("{}{refused}\n{}the end\n", format!("{ping}\n").repeat(40), format!("{ping}\n").repeat(40));
    let told = told(&log);
    assert_eq!(told.lines().filter(|line| !line.starts_with('…')).count(), SHOWN);
    assert!(told.starts_with("… 39 more lines\n") && told.ends_with("the end"), "{told}");
    assert_eq!(told.lines().nth(2), Some(refused));
    assert_eq!(caused(&log), "", "a complaint that was survived is no cause");
    let log = format!("{log}Error: failed to initialize platform: cannot create store\n{USAGE}");
    assert_eq!(caused(&log), "Error: failed to initialize platform: cannot create store");
}

#[test]
fn begin_and_end_are_shown_where_nothing_is_an_error() {
    let log: Vec<String> = (1..=100).map(|number| format!("line {number}")).collect();
    let told = lines(&log, 8);
    assert_eq!(
        told,
        [
            "line 1",
            "line 2",
            "… 92 more lines",
            "line 95",
            "line 96",
            "line 97",
            "line 98",
            "line 99",
            "line 100"
        ]
    );
    assert!(lines::<String>(&[], 8).is_empty());
}

#[test]
fn of_a_panic_the_top_of_its_first_stack_is_shown() {
    let frames = "main.deep(0x1)\n\t/src/main.go:12 +0x1d\n".repeat(40);
    let log = format!(
        "starting\npanic: runtime error: invalid memory address or nil pointer dereference\n\
         [signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4a]\n\n\
         goroutine 1 [running]:\n{frames}created by main.main in goroutine 1\n\n\
         goroutine 18 [chan receive, 2 minutes]:\n{frames}exit status 2\n"
    );
    insta::assert_snapshot!(told(&log), @r"
    starting
    panic: runtime error: invalid memory address or nil pointer dereference
    [signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4a]
    goroutine 1 [running]:
    main.deep(0x1)
    	/src/main.go:12 +0x1d
    main.deep(0x1)
    	/src/main.go:12 +0x1d
    main.deep(0x1)
    … 157 more lines
    exit status 2
    ");
    assert!(caused(&log).starts_with("panic: runtime error"));
}

#[test]
fn the_cause_is_found_in_the_words_of_each_part() {
    for (log, said) in [
        // PostgreSQL: another major's data, an entrypoint, a folder that is not its own.
        (
            "\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n\
             2026-11-26 04:50:00.123 UTC [1] FATAL:  database files are incompatible with server\n\
             2026-11-26 04:50:00.123 UTC [1] DETAIL:  The data directory was initialized by PostgreSQL version 13, which is not compatible with this version 15.18.",
            "FATAL:  database files are incompatible",
        ),
        (
            "chmod: changing permissions of '/var/lib/postgresql/data': Operation not permitted\n\
             Error: Database is uninitialized and superuser password is not specified.",
            "Error: Database is uninitialized",
        ),
        (
            "initdb: error: directory \"/var/lib/postgresql/data\" exists but is not empty",
            "initdb: error: directory",
        ),
        (
            "postgres: could not access the server configuration file \"/x/postgresql.conf\": No such file or directory",
            "postgres: could not access",
        ),
        // haproxy and nginx.
        (
            "[NOTICE]   (1) : haproxy version is 2.6.12-1+deb12u3\n[NOTICE]   (1) : path to executable is /usr/sbin/haproxy\n\
             [ALERT]    (1) : config : parsing [/usr/local/etc/haproxy/haproxy.cfg:2] : unknown keyword 'bogus' in 'global' section\n\
             [ALERT]    (1) : config : Fatal errors found in configuration.",
            "unknown keyword 'bogus'",
        ),
        (
            "2026/11/26 04:57:28 [emerg] 1#1: host not found in upstream \"nosuch:8065\" in /etc/nginx/conf.d/default.conf:1",
            "[emerg] 1#1: host not found in upstream",
        ),
        // Stores.
        (
            "FATAL Unable to initialize backend: Unable to write to the backend\n      > Please ensure MinIO has write permissions",
            "FATAL Unable to initialize backend",
        ),
        (
            "error: the following required arguments were not provided:\n  --access-key <ACCESS_KEY>\n\nUsage: store --access-key <ACCESS_KEY>\n",
            "error: the following required arguments",
        ),
        // Any image.
        ("exec /mattermost/bin/mattermost: exec format error", "exec format error"),
        ("standard_init_linux.go:228: exec user process caused: exec format error", "exec format error"),
        ("listening\nfatal error: runtime: out of memory", "fatal error: runtime: out of memory"),
        (r#"time="2026-11-26T04:50:00Z" level=fatal msg="cannot listen""#, "level=fatal"),
        (
            r#"{"level": "fatal", "msg": "Failed to start.", "error": "listen tcp :8065: bind: address already in use"}"#,
            "Failed to start: listen tcp :8065: bind: address already in use",
        ),
        ("Traceback (most recent call last):\n  File \"x.py\", line 1\nKeyError: 'x'", "Traceback"),
    ] {
        let caused = caused(log);
        assert!(caused.contains(said), "{said} is not in {caused:?}");
    }
}

#[test]
fn a_part_that_was_killed_says_nothing_of_it() {
    // Out of memory ends a process between two lines: exit code 137 is told elsewhere.
    let log = "{\"level\":\"info\",\"msg\":\"Server is initializing...\"}\n{\"level\":\"info\",\"msg\":\"error logging is on\"}";
    assert_eq!(caused(log), "");
    assert_eq!(told(log).lines().count(), 2);
}

#[test]
fn a_line_without_end_is_cut() {
    let told = lines(&["ü".repeat(5_000)], SHOWN);
    assert_eq!(told[0].chars().count(), WIDTH + 1);
}
