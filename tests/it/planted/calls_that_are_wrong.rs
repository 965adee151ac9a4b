//! Help, and calls that are none of ours: clap's own words.

use super::call::Call;

/// With a secret in the variable of each input.
fn with_every_input(arguments: &[&str]) -> Call {
    let mut call = Call::of(arguments);
    for name in super::inputs_that_are_wrong::names() {
        let secret = call.planted.plant(&name);
        call = call.input(&name, &secret);
    }
    call
}

#[test]
fn help_names_variables_and_not_what_is_in_them() {
    for command in ["run", "plan", "demo", "report", "checks", "cleanup", "post"] {
        let (code, told) = with_every_input(&[command, "--help"]).judged();
        assert_eq!(code, 0, "{told}");
        if command == "run" {
            assert!(told.contains("[env: INPUT_VARIABLES]"), "{told}");
        }
    }
}

#[test]
fn a_wrong_call_is_told_without_its_words() {
    let calls: [&[&str]; 12] = [
        &["SECRET"],
        &["run", "SECRET"],
        &["run", "--no-such=SECRET"],
        &["run", "--admin-pasword", "SECRET"],
        &["run", "--admin-password"],
        &["run", "--admin-password=SECRET", "more SECRET"],
        &["run", "--stable", "1", "--stable", "SECRET"],
        &["plan", "--format", "SECRET"],
        &["plan", "--format=SECRET"],
        &["report", "--from", "a", "--merge", "SECRET"],
        &["checks", "--timings", "/no/such/file", "SECRET"],
        &["cleanup", "--expired=SECRET"],
    ];
    for words in calls {
        let mut call = Call::of(&[]);
        let secret = call.planted.plant(&words.join(" "));
        let words: Vec<String> = words.iter().map(|word| word.replace("SECRET", &secret)).collect();
        let (code, told) = call.with_words(&words).judged();
        assert_eq!(code, 2, "{told}");
    }
}
