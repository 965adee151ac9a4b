//! Secrets in compose files and in the files beside them.

use super::call::Call;

/// A compose file with a secret wherever one can be; the files beside it are written.
fn project(call: Call) -> (Call, String) {
    let mut call = call;
    let mut plant = |place: &str| call.planted.plant(place);
    let dotenv = format!("DB_PASSWORD={}\nQUOTED_SECRET=\"{}\"\n", plant(".env"), plant(".env, quoted"));
    let env_file = format!("SMTP_PASSWORD={}\n", plant("env_file"));
    let secret_file = plant("a secret's file");
    let yaml = format!(
        r#"
services:
  database:
    image: postgres:16
    labels: {{ upgrade-gate.role: database }}
    environment: {{ POSTGRES_PASSWORD: "${{DB_PASSWORD}}", PGPASSWORD: "{database}" }}
    healthcheck: {{ test: ["CMD-SHELL", "pg_isready -d postgres://mm:{healthcheck}@localhost"] }}
  other:
    image: redis
    command: ["redis-server", "--password", "{command}"]
    environment: ["OTHER_TOKEN={other}", "QUOTED=${{QUOTED_SECRET}}"]
    env_file: app.env
    labels: {{ auth.token: "{label}" }}
    configs: [settings]
    secrets: [plain, file]
  mattermost:
    image: mattermost/mattermost-team-edition:11.5.1
    deploy: {{ replicas: 2 }}
    labels: {{ upgrade-gate.role: node }}
    environment:
      MM_CONFIG: "postgres://mm:{configuration}@database/mm?sslmode=disable"
      MM_LICENSE: "${{LICENSE}}"
      MM_SQLSETTINGS_DATASOURCE: "postgres://mm:{datasource}@database/mm?sslmode=disable"
      MM_EMAILSETTINGS_SMTPPASSWORD: "${{FROM_INPUT_PASSWORD}}"
configs: {{ settings: {{ content: "user=me\npassword={config}\n" }} }}
secrets: {{ plain: {{ content: "{secret}" }}, file: {{ file: secret.txt }} }}
"#,
        database = plant("environment of database"),
        healthcheck = plant("health check"),
        command = plant("command"),
        other = plant("environment of another service"),
        label = plant("label"),
        configuration = plant("address of a node's configuration"),
        datasource = plant("environment of a node"),
        config = plant("content of a config"),
        secret = plant("content of a secret"),
    );
    let variable = call.planted.plant("variables");
    let call = call
        .input("stable", "11.5.1")
        .input("release", "11.6.0")
        .input("compose-file", "compose.yaml")
        .input("variables", &format!("FROM_INPUT_PASSWORD={variable}"))
        .file(".env", &dotenv)
        .file("app.env", &env_file)
        .file("secret.txt", &secret_file);
    (call, yaml)
}

#[test]
fn a_plan_shows_nothing_of_them() {
    for format in ["text", "json"] {
        let (call, yaml) = project(Call::of(&["plan", "--format", format]));
        let (code, told) = call.file("compose.yaml", &yaml).judged();
        assert_eq!(code, 0, "{told}");
    }
}

#[test]
fn a_run_without_an_engine_reports_nothing_of_them() {
    for on_github in [false, true] {
        let (mut call, yaml) = project(Call::of(&["run"]));
        if on_github {
            call = call.on_github().input("comment", "always");
        }
        let call = call.file("compose.yaml", &yaml);
        let (code, told) = call.judged();
        assert_eq!(code, 3, "{told}");
        assert!(told.contains("report: upgrade-gate-report/junit.xml"), "{told}");
        assert!(told.contains("reports not uploaded"), "{told}");
        let masked = told.lines().filter(|line| line.starts_with("::add-mask::")).count();
        assert_eq!(masked > 15, on_github, "{told}");
    }
}

#[test]
fn a_wrong_file_is_told_without_them() {
    let replaced = [
        ("deploy: { replicas: 2 }", "deploy: { replicas: \"${DB_PASSWORD}\" }"),
        ("image: redis\n", "image: redis\n    restart: \"${DB_PASSWORD}\"\n"),
        ("image: redis\n", "image: redis\n    restart: \"$QUOTED_SECRET\"\n"),
        ("image: redis\n", "image: redis\n    ports: [\"${FROM_INPUT_PASSWORD}\"]\n"),
        ("image: redis\n", "image: redis\n    mem_limit: \"${DB_PASSWORD}\"\n"),
        ("image: redis\n", "image: \"${DB_PASSWORD}@@\"\n    volumes: [\":${DB_PASSWORD}\"]\n"),
        (
            "image: redis\n",
            "build: { context: ., args: { TOKEN: \"${DB_PASSWORD}\" } }\n    init: \"${DB_PASSWORD}\"\n",
        ),
        (
            "image: redis\n",
            "image: redis\n    container_name: \"${DB_PASSWORD}/\"\n    stop_grace_period: \"${DB_PASSWORD}\"\n",
        ),
        ("image: redis\n", "image: redis\n    depends_on: [\"${DB_PASSWORD}\"]\n"),
        ("image: redis\n", "image: redis\n    healthcheck: { interval: \"${DB_PASSWORD}\" }\n"),
        ("image: redis\n", "image: redis\n   broken: [\n"),
        ("file: secret.txt", "file: gone.txt"),
        ("labels: { upgrade-gate.role: node }", "labels: { upgrade-gate.role: \"${DB_PASSWORD}\" }"),
        (
            "labels: { upgrade-gate.role: node }",
            "labels: { upgrade-gate.role: node, upgrade-gate.port: \"${DB_PASSWORD}\" }",
        ),
    ];
    for (index, (from, to)) in replaced.into_iter().enumerate() {
        let (mut call, yaml) = project(Call::of(&["run"]));
        assert!(yaml.contains(from), "{from}");
        if index % 2 == 0 {
            call = call.on_github();
        }
        let (code, told) = call.file("compose.yaml", &yaml.replace(from, to)).judged();
        assert_eq!(code, 2, "{to}: {told}");
    }
}

#[test]
fn a_wrong_dotenv_is_told_without_its_lines() {
    let lines = [
        "DB PASSWORD=SECRET",
        "PASSWORD=\"abc\"SECRET",
        "PASSWORD=abc${SECRET",
        "SECRET",
        "export SECRET x",
        "=SECRET",
        "PASSWORD='SECRET",
    ];
    for (index, line) in lines.into_iter().enumerate() {
        let (mut call, yaml) = project(Call::of(&["plan"]));
        let secret = call.planted.plant(line);
        if index % 2 == 0 {
            call = call.on_github();
        }
        let dotenv = format!("DB_PASSWORD=x\nQUOTED_SECRET=y\n{}\n", line.replace("SECRET", &secret));
        call.file("compose.yaml", &yaml).file(".env", &dotenv).judged();
    }
}
