//! Rows that rot: lost, doubled, altered or resurrected in the tables, and nobody is told.

use crate::db::ids;
use crate::db::posts::Post;
use crate::db::tables::Tables;
use crate::fault::{Decay, Rot, Written};

impl Tables {
    /// Lets rows rot. What cannot rot in that way stays as it is.
    pub(crate) fn rot(&mut self, rot: Rot) {
        let Rot { of, how, every } = rot;
        match (of, how) {
            (Written::Posts, _) => self.rot_posts(how, every, |post| post.root_id.is_empty()),
            (Written::Replies, _) => self.rot_posts(how, every, |post| !post.root_id.is_empty()),
            (Written::Edits, Decay::Lose) => self.lose_edits(every),
            (Written::Pins, Decay::Lose) => {
                let mut pinned: Vec<&mut Post> =
                    self.posts.values_mut().filter(|post| post.is_pinned).collect();
                pinned.sort_by_key(|post| post.create_at);
                one_in(every, pinned).for_each(|post| post.is_pinned = false);
            }
            (Written::Reactions, Decay::Lose) => self.lose_reactions(every),
            (Written::Files, Decay::Lose) => {
                let files: Vec<String> = self.files.keys().cloned().collect();
                one_in(every, files).for_each(|id| drop(self.files.shift_remove(&id)));
            }
            (Written::Files, Decay::Alter) => {
                self.rotten_files.extend(one_in(every, self.files.values()).map(|file| file.key.clone()));
            }
            (Written::TeamMembers, Decay::Lose) => {
                let rows: Vec<_> = self.team_members.keys().cloned().collect();
                one_in(every, rows).for_each(|row| drop(self.team_members.shift_remove(&row)));
            }
            (Written::ChannelMembers, Decay::Lose) => {
                let rows: Vec<_> = self.channel_members.keys().cloned().collect();
                one_in(every, rows).for_each(|row| drop(self.channel_members.shift_remove(&row)));
            }
            (Written::ChannelHeaders, Decay::Lose | Decay::Alter) => {
                let with_header = self.channels.values_mut().filter(|channel| !channel.header.is_empty());
                one_in(every, with_header).for_each(|channel| damage(how, &mut channel.header));
            }
            (Written::Profiles, Decay::Lose) => {
                let told = self.users.values_mut().filter(|user| !user.profile.is_empty());
                one_in(every, told).for_each(|user| user.profile.clear());
            }
            (Written::CustomStatuses, Decay::Lose) => {
                let told = self.users.values_mut().filter(|user| !user.custom_status.is_empty());
                one_in(every, told).for_each(|user| user.custom_status.clear());
            }
            (Written::Drafts | Written::Preferences | Written::SidebarCategories, _) => {
                self.rot_personal(rot)
            }
            (Written::Cards | Written::ChecklistItems, _) => self.rot_products(rot),
            _ => {}
        }
    }

    fn rot_posts(&mut self, how: Decay, every: usize, wanted: impl Fn(&Post) -> bool) {
        let from = if how == Decay::Resurrect { &self.deleted } else { &self.posts };
        let wanted = |post: &&Post| post.kind.is_empty() && post.delete_at == 0 && wanted(post);
        let mut posts: Vec<Post> = from.values().filter(wanted).cloned().collect();
        posts.sort_by_key(|post| post.create_at);
        for mut post in one_in(every, posts) {
            match how {
                Decay::Lose => {
                    self.posts.remove(&post.id);
                    if let Some(size) = self.thread_sizes.get_mut(&post.root_id) {
                        *size = size.saturating_sub(1);
                    }
                }
                Decay::Double => self.add_post(Post { id: ids::new_id(), ..post }),
                Decay::Alter | Decay::Resurrect => {
                    if how == Decay::Alter {
                        damage(how, &mut post.message);
                    }
                    self.posts.insert(post.id.clone(), post);
                }
            }
        }
    }

    /// Posts have the text again that they had before their last edit.
    fn lose_edits(&mut self, every: usize) {
        let edited = self.posts.values_mut().filter(|post| post.edit_at > 0 && post.delete_at == 0);
        let mut edited: Vec<&mut Post> = edited.collect();
        edited.sort_by_key(|post| post.create_at);
        for post in one_in(every, edited) {
            let former = self.edits.get(&post.id).into_iter().flatten();
            if let Some(before) = former.into_iter().find(|before| before.message != post.message) {
                post.message.clone_from(&before.message);
                post.edit_at = before.edit_at;
            }
        }
    }

    fn lose_reactions(&mut self, every: usize) {
        let mut times: Vec<i64> =
            self.reactions.values().flatten().map(|reaction| reaction.create_at).collect();
        times.sort_unstable();
        let lost: Vec<i64> = one_in(every, times).collect();
        // Times are never a tie.
        self.reactions.values_mut().for_each(|list| list.retain(|one| !lost.contains(&one.create_at)));
    }

    fn rot_personal(&mut self, Rot { of, how, every }: Rot) {
        let personal = &mut self.personal;
        match (of, how) {
            (Written::Drafts, Decay::Lose) => {
                let rows: Vec<_> = personal.drafts.keys().cloned().collect();
                one_in(every, rows).for_each(|row| drop(personal.drafts.shift_remove(&row)));
            }
            (Written::Drafts, Decay::Alter) => {
                one_in(every, personal.drafts.values_mut()).for_each(|draft| damage(how, &mut draft.message));
            }
            (Written::Preferences, Decay::Lose) => {
                let rows: Vec<_> = personal.preferences.keys().cloned().collect();
                one_in(every, rows).for_each(|row| drop(personal.preferences.remove(&row)));
            }
            (Written::Preferences, Decay::Alter) => {
                one_in(every, personal.preferences.values_mut()).for_each(|value| damage(how, value));
            }
            (Written::SidebarCategories, Decay::Lose) => {
                let rows: Vec<_> = personal.categories.keys().cloned().collect();
                one_in(every, rows).for_each(|row| drop(personal.categories.shift_remove(&row)));
            }
            _ => {}
        }
    }

    fn rot_products(&mut self, Rot { of, how, every }: Rot) {
        let products = &mut self.products;
        match (of, how) {
            (Written::Cards, Decay::Lose) => {
                let cards: Vec<String> = products.cards.keys().cloned().collect();
                one_in(every, cards).for_each(|id| drop(products.cards.shift_remove(&id)));
            }
            (Written::Cards, Decay::Alter) => {
                for card in one_in(every, products.cards.values_mut()) {
                    let mut title = card["title"].as_str().unwrap_or_default().to_owned();
                    damage(how, &mut title);
                    card["title"] = title.into();
                }
            }
            (Written::ChecklistItems, Decay::Lose) => {
                let mut seen = 0;
                let lists =
                    products.runs.values_mut().filter_map(|run| run["checklists"].as_array_mut()).flatten();
                for items in lists.filter_map(|list| list["items"].as_array_mut()) {
                    items.retain(|_| {
                        seen += 1;
                        (seen - 1) % every.max(1) != 0
                    });
                }
            }
            _ => {}
        }
    }
}

/// One row in so many, from the first on.
fn one_in<T>(every: usize, rows: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
    rows.into_iter().step_by(every.max(1))
}

/// A text that is gone, or has its first letter at its end: damaged twice it is not whole again.
fn damage(how: Decay, text: &mut String) {
    let mut letters = text.chars();
    let first = letters.next();
    *text = if how == Decay::Alter { letters.chain(first).collect() } else { String::new() };
}
