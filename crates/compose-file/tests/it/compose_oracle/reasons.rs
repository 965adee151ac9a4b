//! Why the gate and compose may come to different ends. A reason that no case needs any more is told when the test runs.

/// One reason.
pub(super) struct Reason {
    /// What the problem, compose's error or the difference has in it; parts around a `*` in this order.
    pub(super) found_by: &'static str,
    pub(super) why: &'static str,
}

impl Reason {
    pub(super) fn fits(&self, text: &str) -> bool {
        let mut rest = text;
        self.found_by.split('*').all(|part| match rest.find(part) {
            Some(at) => {
                rest = &rest[at + part.len()..];
                true
            }
            None => false,
        })
    }
}

const fn reason(found_by: &'static str, why: &'static str) -> Reason {
    Reason { found_by, why }
}

/// Compose takes it, we refuse it by name.
pub(super) const REFUSALS: [Reason; 35] = [
    // What would reach beyond the container.
    reason(": `network_mode: *` is refused", "a node needs an address of its own"),
    reason("` is refused: a container stays apart from the host and from others", "isolation"),
    reason(": devices and runtimes of the host are refused", "isolation"),
    reason(
        ": links to containers of other projects are refused",
        "what the gate did not start is not verified",
    ),
    reason(": hooks are not run here", "not carried out"),
    reason(": a network without IPv4 is refused", "nodes are reached by it"),
    // Keys whose effect the gate does not carry out.
    reason(": privileged containers are refused", "isolation"),
    reason(": handing the engine's socket to a container is refused", "isolation"),
    reason(": `volumes_from` is not supported", "not carried out"),
    reason(": only containers are supported here", "providers, models, credential specs"),
    reason(": the network driver `host` is refused", "a node needs an address of its own"),
    reason(": mounts of the type `", "only volumes, binds and tmpfs are carried out"),
    reason(": seccomp profiles from files", "not carried out"),
    // What compose hands to the engine unread, which then refuses it.
    reason(": the target `*` is not an absolute path", "the engine refuses it"),
    reason(": `*` is not an absolute path", "the engine refuses it"),
    reason(": a tmpfs mount has no source", "it would have no effect"),
    reason(": `*` is not a mount", "a part of it is empty, or there are too many"),
    reason("restart: `*` is not", "the engine refuses it"),
    reason("restart_policy.condition: `*` is not", "the engine refuses it"),
    reason("expose[*: `*` is not a port", "the engine refuses it"),
    reason(" of the host is published by `", "the second container could not start"),
    reason("containers cannot all ", "the second container could not start"),
    reason("it is not YAML", "several documents in one file, and other liberties of go-yaml"),
    reason("something follows the end of the value in quotes", "compose reads it as the next line"),
    reason("the line does not start with a name", "a variable without a name"),
    reason(": there is a value without a name", "a variable without a name"),
    reason(
        "the name at its start is not followed by `=`",
        "compose: a text at the very end of an env file needs no name",
    ),
    reason("is not a size", "a negative size, and a float that Go prints with an exponent"),
    reason("are not a host name and an address", "the engine refuses it"),
    reason("is not a subnet", "the engine refuses it"),
    reason(": the variable `*` is not set", "compose makes an empty file without a word"),
    reason("has no closing brace", "compose: a brace in a default need not be closed"),
    reason(": there are no services", "nothing would run"),
    reason(": a value with a tag is not", "compose drops tags that nobody knows"),
    reason("whose health check is disabled", "it would wait for ever"),
];

/// We take it, compose refuses it.
pub(super) const LENIENCIES: [Reason; 16] = [
    reason("validating * must be a", "a number is as good as its text, and nothing as good as no key"),
    reason("validating * items at * are equal", "what is said twice is taken once"),
    reason("validating * missing property 'condition'", "a dependency that says nothing waits for the start"),
    reason("can't set distinct values on", "one of two keys says nothing"),
    reason("json: unsupported value: ", "a float that JSON does not know"),
    reason("non-string key in ", "a number as a name is its text"),
    reason("too many colons in address", "a bare IPv6 address before the port"),
    reason("missing unit in duration", "a duration without a unit is in seconds"),
    reason(" false schema", "a key without a value says nothing"),
    reason("additional properties 'content' not allowed", "what is in a secret may stand in the file"),
    reason("panic: interface conversion", "compose falls over a key without a value"),
    reason("float64", "a number of YAML that Go reads as a float"),
    reason(
        "has neither an image nor a build context",
        "a node gets its image from the gate; who else has none is told later",
    ),
    reason("services.*.build additional properties", "nothing is built: what is below the key is not judged"),
    reason("services.*.cgroup value must be one of", "an empty text says nothing"),
    reason(
        "unsupported env_file format \"raw\"",
        "right for the newest compose, which brings the reader of this format along",
    ),
];

/// Both take it, and the two views differ.
pub(super) const DIFFERENCES: [Reason; 8] = [
    reason("/volumes: ours *bind /abs", "the same path of the host, spelled in the shortest way"),
    reason(
        "/volumes: ours *volume v:/v*none:v:/v",
        "compose takes a volume of one letter for a drive of Windows",
    ),
    reason("/volumes/v: ours *(missing)", "the same one"),
    reason("/ports: ours *80/udp*80/UDP", "the same protocol"),
    reason(
        "/depends_on/*: ours \"(missing)\", theirs *required=false",
        "an optional dependency on what is off has no effect",
    ),
    reason(
        "/environment/: ours \"(missing)\"",
        "compose: a name at the very end of an env file becomes the value of a variable without a name",
    ),
    reason("ours \"1.8446744073709552e+19\", theirs \"0x", "a hexadecimal number beyond 64 bits"),
    reason(
        "/user: ours null, theirs \"null\"",
        "compose: `!reset` below `!override` is the text of what it resets",
    ),
];
