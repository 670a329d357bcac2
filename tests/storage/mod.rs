//! What the ports promise, proven for every backend: the conformance suite. A promise is written once, as a function in
//! the file of its topic, and listed below; a backend is named once, at the end.
//!
//! What only one backend can get wrong is in `sqlite_file` and `postgres_server`.

/// Fails, and shows the value, when it is not what it should be.
macro_rules! assert_matches {
    ($value:expr, $pattern:pat $(if $guard:expr)? $(, $why:literal)?) => {
        match $value {
            $pattern $(if $guard)? => {}
            other => panic!("{other:?} is not {}", concat!(stringify!($pattern) $(, ": ", $why)?)),
        }
    };
}

mod accounts;
mod life;
mod links;
mod operators;
pub mod people;
pub mod places;
mod postgres_server;
mod records;
mod recovery;
mod released_schemas;
mod sessions;
mod sqlite_file;
mod throttle;
mod user_changes;

macro_rules! keeps_every_promise {
    ($backend:ident) => {
        stamp! {
            $backend
            accounts:
                what_was_created_is_found_by_its_key,
                an_unknown_key_is_found_nowhere,
                a_new_account_comes_with_its_session,
                a_taken_key_leaves_no_user_behind,
                of_forty_racing_sign_ups_exactly_one_succeeds,
                a_sign_up_that_fails_half_way_leaves_nothing,
                a_user_id_that_exists_is_not_a_taken_key,
                a_sign_up_ends_the_session_it_replaces,
                a_sign_up_may_replace_a_session_that_is_gone,
                names_of_any_script_and_the_first_and_last_instant_survive,
                hostile_text_is_only_text,
                a_row_that_no_version_wrote_is_corrupt,
                keys_and_sessions_go_with_their_user,
                a_new_password_ends_every_session_but_the_new_one,
                of_twenty_racing_changes_of_a_password_exactly_one_succeeds,
                a_change_that_fails_leaves_all_as_it_was,
                a_login_that_races_a_change_of_the_password_leaves_no_session_of_the_old_one,
                a_deleted_user_takes_keys_and_sessions_along,
                an_import_leaves_the_store_as_strict_as_it_was;
            sessions:
                a_session_is_found_with_its_user,
                an_unknown_token_is_found_nowhere,
                a_dead_session_is_found_as_long_as_it_is_there,
                a_login_opens_a_session_beside_the_others,
                a_login_ends_the_session_it_replaces,
                a_login_may_replace_a_session_that_is_gone,
                a_login_writes_the_new_hash,
                a_key_that_changed_opens_nothing,
                a_key_that_is_gone_opens_nothing,
                a_key_opens_no_session_of_another_user,
                a_login_that_fails_half_way_leaves_all_as_it_was,
                of_twenty_racing_logins_that_hash_anew_exactly_one_succeeds,
                racing_logins_that_keep_the_hash_all_succeed,
                no_session_outlives_the_password_it_was_opened_with,
                the_oldest_ends_where_one_more_is_too_many,
                of_sessions_opened_at_once_those_last_in_the_list_end_first,
                what_is_dead_or_replaced_is_not_too_many,
                racing_logins_on_two_nodes_leave_no_more_than_there_may_be,
                a_renewal_is_kept,
                the_last_use_of_a_session_is_kept_and_that_of_a_gone_one_is_no_error,
                a_renewal_of_what_was_not_seen_changes_nothing,
                of_forty_racing_renewals_exactly_one_is_told_so,
                an_ended_session_is_not_renewed,
                a_dead_session_is_removed_only_as_it_was_seen,
                a_session_ends_once,
                a_session_is_dead_at_its_exact_instant,
                a_sweep_takes_no_more_than_its_limit_and_the_longest_dead_first,
                racing_sweeps_count_each_session_once,
                a_user_s_live_sessions_are_listed_with_who_opened_them,
                a_list_of_sessions_tells_that_there_are_more,
                addresses_and_names_of_programs_survive,
                a_session_is_ended_only_for_its_own_user,
                presented_sessions_are_revoked_and_no_others,
                all_other_sessions_of_the_user_are_revoked_and_no_others;
            operators:
                a_user_is_created_without_a_session_and_with_a_key_or_none,
                of_two_lists_of_the_same_users_in_opposite_orders_one_is_created,
                a_user_is_found_by_id,
                a_user_s_new_attributes_are_in_the_next_validation_of_each_session,
                a_deleted_user_takes_all_keys_and_sessions_along_unasked,
                a_login_that_races_a_deletion_leaves_nothing,
                a_key_is_added_once_and_only_to_a_user,
                of_racing_additions_of_a_key_exactly_one_succeeds,
                a_password_that_is_set_ends_every_session_of_its_user,
                a_key_is_deleted_with_every_session_of_its_user,
                a_session_is_opened_unasked_for_a_user_who_is_there,
                a_session_is_found_by_its_id_with_its_user_and_who_opened_it,
                new_attributes_of_a_session_are_in_its_next_validation_and_stay,
                all_sessions_of_a_user_are_revoked_and_no_others;
            links:
                a_new_password_link_takes_the_place_of_the_old,
                a_password_link_signs_its_user_in_once_and_revokes_all_other_sessions,
                a_wrong_expired_or_foreign_link_changes_nothing,
                of_twenty_racing_uses_of_a_password_link_exactly_one_succeeds,
                a_password_link_goes_with_the_password_that_it_would_replace,
                an_invitation_is_used_as_often_as_it_allows,
                of_racing_sign_ups_with_an_invitation_as_many_succeed_as_it_allows,
                a_sign_up_that_fails_uses_no_invitation,
                invitations_are_listed_page_by_page_until_they_expire_or_are_revoked,
                expired_links_are_swept_out,
                new_users_come_with_their_links_or_not_at_all,
                no_link_of_a_disabled_user_opens_a_session,
                a_use_of_a_link_that_races_a_deletion_a_login_or_a_disabling_leaves_no_session_too_many;
            user_changes:
                a_renamed_user_keeps_id_password_and_sessions,
                a_new_spelling_of_a_name_keeps_its_key,
                a_taken_name_changes_nothing_of_the_user,
                of_two_who_take_each_other_s_name_at_once_neither_does,
                a_user_is_renamed_only_with_the_key_that_was_verified,
                of_a_renaming_and_a_sign_up_that_race_for_a_name_one_wins,
                a_disabled_user_has_no_session_and_gets_none,
                a_recovery_code_of_a_disabled_user_is_not_used_up,
                a_login_that_races_a_disabling_leaves_no_session,
                a_disabled_user_s_session_is_refused_on_every_node,
                users_are_listed_page_by_page_in_the_order_of_their_ids,
                users_are_listed_by_state_and_by_the_start_of_their_names;
            records:
                each_way_to_a_session_is_noted_with_who_went_it,
                what_opened_no_session_is_not_noted,
                the_last_hundred_sign_ins_of_a_user_are_kept,
                sign_ins_outlive_their_sessions_and_go_with_their_user,
                old_sign_ins_are_removed_the_first_first_and_each_is_counted_once,
                pages_follow_each_other_without_gap_or_overlap,
                keys_are_read_with_whether_they_have_a_password,
                a_sign_in_of_an_unknown_kind_is_corrupt;
            recovery:
                new_codes_take_the_place_of_the_old,
                codes_are_replaced_only_by_who_saw_them,
                a_key_that_changed_gets_no_codes,
                codes_that_cannot_all_be_written_leave_the_old_ones,
                of_twenty_racing_replacements_of_codes_exactly_one_succeeds,
                a_code_lets_its_user_back_in_once,
                what_is_no_code_of_the_user_changes_nothing,
                a_code_gives_no_password_to_a_key_that_has_none,
                codes_go_with_the_password_that_they_replace,
                a_recovery_that_fails_half_way_leaves_all_as_it_was,
                of_twenty_racing_uses_of_one_code_exactly_one_succeeds,
                racing_uses_of_ten_codes_all_succeed_and_leave_one_session,
                a_login_that_races_a_recovery_leaves_no_session_of_the_old_password,
                a_race_with_a_deletion_leaves_all_or_nothing,
                codes_go_with_their_user;
            throttle:
                a_bucket_admits_its_burst_and_says_how_long_it_admits_nothing,
                where_one_bucket_admits_nothing_none_is_taken_from,
                of_racing_attempts_no_more_are_admitted_than_the_bucket_holds,
                a_clock_that_was_ahead_costs_one_interval,
                a_success_gives_back_what_was_taken_and_no_more,
                what_came_to_nothing_is_given_back_and_is_no_failure,
                failures_in_a_row_slow_an_account_until_a_success,
                a_slowed_success_gives_back_what_it_took,
                a_mark_lasts_until_its_exact_instant,
                an_account_has_a_bounded_number_of_marks_and_the_oldest_go,
                what_means_nothing_any_more_is_swept_out,
                an_account_that_is_slowed_is_not_forgotten_with_its_bucket,
                what_was_taken_on_one_node_is_taken_on_the_other,
                a_reset_fills_the_buckets_of_an_account_and_leaves_marks_and_others;
            life:
                an_open_store_answers,
                a_closed_store_is_unavailable,
                users_and_live_sessions_are_counted,
                what_was_acknowledged_survives_reopening,
                two_nodes_on_one_store_see_the_same,
                ten_nodes_may_start_at_once_on_a_new_store,
                a_store_of_a_newer_version_is_refused,
                a_store_of_a_development_build_is_refused,
                a_store_with_another_history_is_refused,
                a_call_that_was_given_up_leaves_nothing_behind;
        }
    };
}

macro_rules! stamp {
    ($backend:ident $($topic:ident: $($promise:ident),+;)+) => {
        mod $backend {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    if let Some(place) = super::places::$backend().await {
                        super::$topic::$promise(place).await;
                    }
                }
            )+)+
        }
    };
}

keeps_every_promise!(sqlite);
keeps_every_promise!(postgres);
keeps_every_promise!(postgres_by_rows);
