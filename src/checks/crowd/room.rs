//! How many members a channel may have on a server, and of what kind.

use crate::checks::prelude::*;
use crate::mattermost::Client;

/// How many members are made where nobody says a number: as many as a page of members has, and one more with the gate's own accounts.
pub(crate) const DEFAULT: usize = 60;
/// Fewer are no crowd: the pages in which servers read members are longer.
pub(super) const FEWEST: usize = 20;
/// What is left to the rest of the run where the number of users is limited.
const FOR_OTHERS: i64 = 80;
/// The gate's own accounts in the team, and one more: as many as the limit are too many.
const OWN: i64 = 4;

/// What limits a crowd.
#[derive(Debug, Clone, Copy)]
pub(super) struct CrowdLimits {
    /// `TeamSettings.MaxUsersPerTeam`: a team takes so many.
    team: Option<i64>,
    /// `TeamSettings.MaxNotificationsPerChannel`: in a channel of more nobody is called.
    channel: Option<i64>,
    /// How many more users the edition takes; nothing where it has no such limit.
    left: Option<i64>,
    /// `ServiceSettings.EnableBotAccountCreation`.
    bots: bool,
}

/// What a server has room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CrowdRoom {
    /// Users, who count for the limit of the edition.
    pub(super) users: usize,
    /// Bots, who do not (`limits.go` of the server counts who is none), and are members like everybody else.
    pub(super) bots: usize,
    /// Why these are fewer than wanted, if they are.
    pub(super) short: Option<String>,
}

impl CrowdLimits {
    pub(super) async fn of(admin: &Client) -> Result<Self, StepError> {
        let left = admin.room_for_users().await.expecting("the limits of the edition")?;
        let config = admin.config().await.expecting("the configuration")?;
        let number = |key: &str| config["TeamSettings"][key].as_i64();
        Ok(Self {
            team: number("MaxUsersPerTeam"),
            channel: number("MaxNotificationsPerChannel"),
            left,
            bots: config["ServiceSettings"]["EnableBotAccountCreation"] == true,
        })
    }

    /// What there is room for of so many. Bots come only into a crowd that somebody asked for.
    pub(super) fn room(&self, wanted: usize) -> CrowdRoom {
        let settings = [("MaxUsersPerTeam", self.team), ("MaxNotificationsPerChannel", self.channel)];
        let told = settings.into_iter().filter_map(|(key, limit)| Some((key, limit?)));
        let mut binding: Vec<(usize, String)> =
            told.map(|(key, limit)| (count(limit - OWN), format!("TeamSettings.{key} is {limit}"))).collect();
        binding.retain(|(most, _)| *most < wanted);
        let most = binding.iter().map(|(most, _)| *most).min().unwrap_or(wanted);
        let users = self.left.map_or(most, |left| count(left - FOR_OTHERS).min(most));
        let bots = if wanted > DEFAULT && self.bots { most - users } else { 0 };
        let mut why: Vec<String> = binding.into_iter().map(|(_, why)| why).collect();
        if let Some(left) = self.left
            && users + bots < most
        {
            let others = format!("{left} more users may come, {FOR_OTHERS} of them for the rest of the run");
            let no_bots = ", and ServiceSettings.EnableBotAccountCreation is off";
            why.push(others + if wanted > DEFAULT { no_bots } else { "" });
        }
        let short = (users + bots < wanted)
            .then(|| format!("there is room for {} members: {}", users + bots, why.join("; ")));
        CrowdRoom { users, bots, short }
    }
}

/// No limit leaves less than nobody.
fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

impl CrowdRoom {
    pub(super) fn members(&self) -> usize {
        self.users + self.bots
    }

    /// Why what there is room for is no crowd, if it is none.
    pub(super) fn too_small(&self) -> Option<String> {
        let short = self.short.as_deref().filter(|_| self.members() < FEWEST)?;
        Some(format!("{short}; a crowd has {FEWEST} at least"))
    }

    /// Who the members are.
    pub(super) fn words(&self) -> String {
        match (self.users, self.bots) {
            (users, 0) => format!("{users} users"),
            (users, bots) => format!("{users} users and {bots} bots"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: CrowdLimits = CrowdLimits { team: Some(1000), channel: Some(1000), left: None, bots: true };

    fn room(users: usize, bots: usize) -> CrowdRoom {
        CrowdRoom { users, bots, short: None }
    }

    #[test]
    fn bots_are_the_rest_where_users_are_limited_and_more_are_asked_for() {
        assert_eq!(WIDE.room(300), room(300, 0));
        let limited = CrowdLimits { left: Some(190), ..WIDE };
        assert_eq!(limited.room(300), room(110, 190));
        assert_eq!(limited.room(DEFAULT), room(DEFAULT, 0));
        let scarce = CrowdLimits { left: Some(100), ..WIDE }.room(DEFAULT);
        assert_eq!((scarce.users, scarce.bots), (20, 0), "nobody asked for bots");
        let full = CrowdLimits { left: Some(7), ..WIDE };
        assert_eq!(full.room(300), room(0, 300));
    }

    #[test]
    fn less_room_than_wanted_is_told_with_the_limit() {
        let told = |limits: CrowdLimits, wanted| {
            let room = limits.room(wanted);
            (room.members(), room.short.unwrap())
        };
        let (members, why) = told(CrowdLimits { team: Some(50), ..WIDE }, 300);
        assert_eq!(
            (members, why.as_str()),
            (46, "there is room for 46 members: TeamSettings.MaxUsersPerTeam is 50")
        );
        let (members, why) = told(WIDE, 1000);
        let both = "TeamSettings.MaxUsersPerTeam is 1000; TeamSettings.MaxNotificationsPerChannel is 1000";
        assert_eq!((members, why), (996, format!("there is room for 996 members: {both}")));
        let (members, why) = told(CrowdLimits { left: Some(190), bots: false, ..WIDE }, 300);
        assert_eq!(members, 110);
        assert!(why.ends_with(
            "190 more users may come, 80 of them for the rest of the run, and ServiceSettings.EnableBotAccountCreation is off"
        ));
        let (members, why) = told(CrowdLimits { left: Some(100), bots: false, ..WIDE }, DEFAULT);
        assert!(members == 20 && !why.contains("Bot"), "{why}");
    }

    #[test]
    fn what_is_no_crowd_is_told() {
        assert_eq!(WIDE.room(FEWEST).too_small(), None);
        assert_eq!(CrowdLimits { team: Some(50), ..WIDE }.room(300).too_small(), None);
        let none = CrowdLimits { team: Some(3), ..WIDE }.room(300).too_small().unwrap();
        assert!(none.contains("room for 0 members") && none.ends_with("a crowd has 20 at least"), "{none}");
    }
}
