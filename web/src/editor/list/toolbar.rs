//! The tools of a long list: filter, fold, and change several policies at once.

use claimgate::policy::Decision;
use leptos::prelude::*;

use super::state::ListState;
use crate::ui::field::Select;
use crate::ui::icon::{Icon, icon};
use claimgate_workbench::policies::list_change::ListChange;
use claimgate_workbench::policies::list_filter::Group;

/// The filter, and the changes of a selection.
#[component]
pub(super) fn Toolbar(list: ListState) -> impl IntoView {
    view! {
        <div class="policy-tools">
            <div class="policy-tools__row">
                <SelectAll list=list />
                <Filter list=list />
                <div class="policy-tools__folds">
                    <button type="button" class="button button--quiet button--tool" on:click=move |_| list.fold_all(true)>
                        "Expand all"
                    </button>
                    <button type="button" class="button button--quiet button--tool" on:click=move |_| list.fold_all(false)>
                        "Collapse all"
                    </button>
                </div>
            </div>
            <Selection list=list />
        </div>
    }
}

#[component]
fn SelectAll(list: ListState) -> impl IntoView {
    let shown = move || list.visible.read().len();
    let is_all = Memo::new(move |_| shown() > 0 && list.chosen().len() == shown());
    let is_some = Memo::new(move |_| !list.chosen().is_empty() && !is_all.get());
    let choose = move |is_checked: bool| {
        let keys = list
            .visible
            .get_untracked()
            .into_iter()
            .map(|draft| draft.key);
        list.selected.update(|selected| match is_checked {
            true => selected.extend(keys),
            false => selected.clear(),
        });
    };
    view! {
        <label class="checkbox policy-select">
            <input
                type="checkbox"
                prop:checked=move || is_all.get()
                prop:indeterminate=move || is_some.get()
                on:change:target=move |event| choose(event.target().checked())
            />
            <span class="visually-hidden">"Select all listed policies"</span>
        </label>
    }
}

#[component]
fn Filter(list: ListState) -> impl IntoView {
    let options: Vec<_> = Group::ALL
        .iter()
        .map(|group| (group.label().to_owned(), group.label().to_owned()))
        .collect();
    let total = move || list.policies.drafts.read().len();
    let count = Memo::new(move |_| {
        let shown = list.visible.read().len();
        (shown < total()).then(|| format!("{shown} of {}", total()))
    });
    view! {
        <input
            type="search"
            class="policy-tools__query"
            aria-label="Filter policies"
            placeholder="Filter by claim, pattern, name, …"
            autocomplete="off"
            spellcheck="false"
            bind:value=list.query
        />
        <div class="policy-tools__group"><Select label="Show" value=list.group options=options /></div>
        <p role="status" class="hint policy-tools__count">{count}</p>
    }
}

#[component]
fn Selection(list: ListState) -> impl IntoView {
    let count = Memo::new(move |_| list.chosen().len());
    let act = move |label: &'static str, change: ListChange| {
        view! {
            <button
                type="button"
                class="button button--small"
                on:click=move |_| {
                    list.change(&untrack(|| list.chosen()), change);
                }
            >
                {label}
            </button>
        }
    };
    let can_report = list.policies.store.remote.is_some();
    move || {
        (count.get() > 0).then(|| {
            view! {
                <div class="policy-tools__row" role="group" aria-label="Selected policies">
                    <strong>{count} " selected"</strong>
                    {act("Move up", ListChange::Up)} {act("Move down", ListChange::Down)}
                    {act("Duplicate", ListChange::Duplicate)} {act("Delete", ListChange::Delete)}
                    <span class="hint">"Set to"</span>
                    {act("Allow", ListChange::Decide(Decision::Allow))}
                    {act("Deny", ListChange::Decide(Decision::Deny))}
                    {can_report.then(|| act("Report only", ListChange::ReportOnly))}
                    <button
                        type="button"
                        class="button button--quiet button--tool"
                        on:click=move |_| list.selected.update(std::collections::BTreeSet::clear)
                    >
                        {icon(Icon::Close)} "Clear selection"
                    </button>
                </div>
            }
        })
    }
}
