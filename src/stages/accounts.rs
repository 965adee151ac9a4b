//! The accounts and the team that the gate makes once, on stable: their sessions and data cross the upgrade.

use secrecy::{ExposeSecret as _, SecretString};

use super::blame::Blames as _;
use super::session::RunSession;
use crate::checks::Home;
use crate::cluster::SiteAdmin;
use crate::event::{Blame, Breakage};
use crate::mattermost::{ApiError, Client, Login, User};
use crate::trouble::Trouble;

/// Makes them through the first node.
///
/// # Errors
/// The [`Breakage`] of accounts that could not be made, or of an admin who is none.
pub(super) async fn make(session: &mut RunSession<'_>) -> Result<(), Breakage> {
    let Some(first) = session.places.first() else { return Ok(()) };
    let (client, site) = (&first.client, session.cluster.site_admin());
    let (nonce, password) = (session.nonce, session.password);
    let restored = session.plan.site_copy.is_some();
    if restored {
        Box::pin(promoted(session, client)).await?;
    }
    let (admin, ()) =
        tokio::join!(admin(client, site, restored, nonce, password), forgo_migration_of_members(session));
    let admin = made(session, client, admin).await?;
    if !admin.user.roles.split(' ').any(|role| role == "system_admin") {
        return Err(no_admin(client, &admin.user, site));
    }
    let home = made(session, client, home(client, site, admin, nonce, password).await).await?;
    session.home = Some(home);
    Ok(())
}

/// While nobody is a member of anything. Where the database cannot be asked, its servers do that job in the middle of the run as
/// they do in anybody's first minutes.
async fn forgo_migration_of_members(session: &RunSession<'_>) {
    if let Ok(database) = session.cluster.database() {
        let _ = database.forgo_migration_of_members().await;
    }
}

/// Signs up in a copy of a site, whose database then makes the account an admin.
///
/// # Errors
/// The [`Breakage`] of an account that was refused, or of a database that does not answer.
async fn promoted(session: &RunSession<'_>, client: &Client) -> Result<(), Breakage> {
    made(session, client, signed_up(client, session.nonce, session.password).await).await?;
    let database = session.cluster.database().map_err(|absent| Trouble::bug("database", absent.to_string()));
    let promoted = database.blames(Blame::Gate)?.promote(&admin_name(session.nonce)).await;
    promoted.blames(Blame::Environment)
}

/// Makes the first user of an empty database, who becomes the admin; nobody else may be first. In a copy of a site there are others, and
/// the database made this one an admin (`is_there`). Where the cluster is somebody else's, their admin logs in.
///
/// # Errors
/// The call that was refused.
async fn admin(
    node: &Client,
    site: Option<&SiteAdmin>,
    is_there: bool,
    nonce: &str,
    password: &SecretString,
) -> Result<Login, ApiError> {
    if let Some(site) = site {
        let login = match site {
            SiteAdmin::Password { username, password } => {
                node.login(username, password.expose_secret()).await?
            }
            SiteAdmin::Token(token) => {
                let client = node.with_token(token.expose_secret());
                Login { user: client.me().await?, client }
            }
        };
        login.client.is_visiting_admin();
        return Ok(login);
    }
    if !is_there {
        signed_up(node, nonce, password).await?;
    }
    node.login(&admin_name(nonce), password.expose_secret()).await
}

/// Signs up the account that the gate is to be an admin by.
///
/// # Errors
/// The call that was refused.
async fn signed_up(node: &Client, nonce: &str, password: &SecretString) -> Result<(), ApiError> {
    node.create_user(&admin_name(nonce), password.expose_secret()).await.map(drop)
}

fn admin_name(nonce: &str) -> String {
    format!("admin-{nonce}")
}

/// Makes two members and the team. Hashing a password costs a server 0.7 s, so what can be made at the same time is.
///
/// # Errors
/// The call that was refused.
async fn home(
    node: &Client,
    site: Option<&SiteAdmin>,
    admin: Login,
    nonce: &str,
    password: &SecretString,
) -> Result<Home, ApiError> {
    let secret = password.expose_secret();
    let name = |who: &str| format!("{who}-{nonce}");
    let (alice_name, bob_name) = (name("alice"), name("bob"));
    let team_name = name("home");
    let (alice, bob, team) = tokio::join!(
        member(node, &admin.client, &alice_name, secret),
        member(node, &admin.client, &bob_name, secret),
        admin.client.create_team(&team_name, "Upgrade gate")
    );
    let ((alice, alice_client), (bob, bob_client), team) = (alice?, bob?, team?);
    let (joined_alice, joined_bob) = tokio::join!(
        admin.client.add_to_team(&team.id, &alice.id),
        admin.client.add_to_team(&team.id, &bob.id)
    );
    joined_alice?;
    joined_bob?;
    Ok(Home {
        usernames: [admin.user.username.clone(), alice.username.clone(), bob.username.clone()],
        admin_id: admin.user.id,
        admin: admin.client,
        alice: alice_client,
        login_id: alice.username,
        alice_id: alice.id,
        bob: bob_client,
        bob_id: bob.id,
        password: password.clone(),
        admin_password: match site {
            None => password.clone(),
            Some(SiteAdmin::Password { password, .. }) => password.clone(),
            Some(SiteAdmin::Token(_)) => SecretString::default(),
        },
        team_id: team.id,
    })
}

/// Makes a member and logs in.
///
/// # Errors
/// The call that was refused.
pub(super) async fn member(
    node: &Client,
    admin: &Client,
    username: &str,
    secret: &str,
) -> Result<(User, Client), ApiError> {
    let user = admin.create_user(username, secret).await?;
    let login = node.login(username, secret).await?;
    Ok((user, login.client))
}

/// Where the first account becomes the admin, what an earlier run left is in the way.
const NOT_EMPTY: &str = "The run needs an empty database, whose first account becomes the admin: give the database's service a \
     volume that the run makes, or remove what an earlier run left in its folder.";

fn no_admin(node: &Client, user: &User, site: Option<&SiteAdmin>) -> Breakage {
    let (why, remedy) = match site {
        Some(_) => ("", "Give admin-username and admin-password, or admin-token, of a system admin."),
        None => (", because the database was not empty", NOT_EMPTY),
    };
    let message = format!("the account {} is no system admin{why}", user.username);
    Breakage { blame: Blame::Environment, trouble: Trouble::new(node.node(), message, remedy) }
}

/// What the gate makes for itself on stable, or why the run cannot go on.
async fn made<T>(
    session: &RunSession<'_>,
    node: &Client,
    result: Result<T, ApiError>,
) -> Result<T, Breakage> {
    match result {
        Ok(made) => Ok(made),
        Err(error) => {
            let message = format!("making the gate's accounts and team on stable failed: {error}");
            let remedy = remedy(&error, session.cluster.site_admin(), session.plan.site_copy.is_some());
            let log = session.cluster.nodes().complaints(node.node()).await;
            let trouble = Trouble::new(node.node(), message, remedy).with_log(log);
            Err(Breakage { blame: Blame::Environment, trouble })
        }
    }
}

/// A server without a licence that has as many users as it may have.
const TOO_MANY: &str = "api.user.create_user.user_limits.exceeded";

/// What to do when the gate cannot have its accounts; `site` is the admin that was given for that, and `restored` whether the data is a
/// site's.
fn remedy(error: &ApiError, site: Option<&SiteAdmin>, restored: bool) -> String {
    if restored && error.id() == TOO_MANY {
        return "Your site has as many users as a server may have without a licence, and the gate needs some of its own: give the input license.".into();
    }
    // Nobody but the first may sign up there: opening sign-up alone would not make the gate's account the admin.
    let not_empty = site.is_none() && error.id() == "api.user.create_user.no_open_server";
    match error.setting() {
        Some(setting) if not_empty => format!("{NOT_EMPTY} The server says no because {setting}."),
        Some(setting) => format!("On the nodes: {setting}."),
        None if site.is_some() => {
            "Check the admin's name and password or token, and that users may be made and log in by name and \
             password."
                .into()
        }
        None => {
            "The database must be empty, and users must be able to sign up and log in by name and password."
                .into()
        }
    }
}
