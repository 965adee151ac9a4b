//! The accounts and the team that the gate makes once, on stable: their sessions and data cross the upgrade.

use secrecy::{ExposeSecret as _, SecretString};

use crate::checks::Home;
use crate::mattermost::{ApiError, Client, Login};

/// Makes the first user of an empty database, who becomes the admin; nobody else may be first.
///
/// # Errors
/// The call that was refused.
pub(super) async fn admin(node: &Client, nonce: &str, password: &SecretString) -> Result<Login, ApiError> {
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
        team_id: team.id,
    })
}
