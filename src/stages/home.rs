//! The accounts and the team that the gate makes once, on stable: their sessions and data cross the upgrade.

use secrecy::{ExposeSecret as _, SecretString};

use crate::checks::Home;
use crate::cluster::SiteAdmin;
use crate::mattermost::{ApiError, Client, Login};

/// Makes the first user of an empty database, who becomes the admin; nobody else may be first. Where the cluster is
/// somebody else's, their admin logs in.
///
/// # Errors
/// The call that was refused.
pub(super) async fn admin(
    node: &Client,
    site: Option<&SiteAdmin>,
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
    let (name, secret) = (format!("admin-{nonce}"), password.expose_secret());
    node.create_user(&name, secret).await?;
    node.login(&name, secret).await
}

/// Makes two members and the team. Hashing a password costs a server 0.7 s, so what can be made at the same time is.
///
/// # Errors
/// The call that was refused.
pub(super) async fn make(
    node: &Client,
    site: Option<&SiteAdmin>,
    admin: Login,
    nonce: &str,
    password: &SecretString,
) -> Result<Home, ApiError> {
    let secret = password.expose_secret();
    let name = |who: &str| format!("{who}-{nonce}");
    let (alice_name, bob_name) = (name("alice"), name("bob"));
    let member = async |username: &str| {
        let user = admin.client.create_user(username, secret).await?;
        let login = node.login(username, secret).await?;
        Ok::<_, ApiError>((user, login.client))
    };
    let team_name = name("home");
    let (alice, bob, team) = tokio::join!(
        member(&alice_name),
        member(&bob_name),
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
