//! What refers to what, and an order in which nothing points ahead.

use serde_json::{Map, Value};

/// Calls `each` with every reference in an object: `*_ref` and `*_refs` at any depth, extensions among them.
pub fn references(object: &Map<String, Value>, each: &mut dyn FnMut(&str)) {
    for (name, value) in object {
        match value {
            Value::String(id) if name.ends_with("_ref") => each(id),
            Value::Array(ids) if name.ends_with("_refs") => {
                ids.iter().filter_map(Value::as_str).for_each(&mut *each);
            }
            Value::Array(items) => {
                for item in items {
                    if let Value::Object(inner) = item {
                        references(inner, each);
                    }
                }
            }
            Value::Object(inner) => references(inner, each),
            _ => {}
        }
    }
}

/// Puts each reference of an object in the place of what `renamed` says of it.
pub fn rename(object: &mut Map<String, Value>, renamed: &dyn Fn(&str) -> Option<String>) {
    let one = |value: &mut Value| {
        if let Some(new) = value.as_str().and_then(renamed) {
            *value = Value::String(new);
        }
    };
    for (name, value) in object {
        match value {
            Value::String(_) if name.ends_with("_ref") => one(value),
            Value::Array(ids) if name.ends_with("_refs") => ids.iter_mut().for_each(one),
            Value::Array(items) => {
                for item in items {
                    if let Value::Object(inner) = item {
                        rename(inner, renamed);
                    }
                }
            }
            Value::Object(inner) => rename(inner, renamed),
            _ => {}
        }
    }
}

/// Groups of nodes in an order in which each group comes after all that its members point to. `points[n]` is what
/// node `n` points to. A group has one member, or all of a circle.
///
/// Tarjan's algorithm without recursion: time and memory grow with nodes and edges. Of what is free, the order of the
/// nodes decides.
///
/// ```
/// let points = vec![vec![2], vec![0], vec![]];
/// assert_eq!(aidos_exchange::order::groups(&points), [vec![2], vec![0], vec![1]]);
/// ```
pub fn groups(points: &[Vec<u32>]) -> Vec<Vec<u32>> {
    const NEW: u32 = u32::MAX;
    let count = points.len();
    let mut number = vec![NEW; count];
    let mut low = vec![0u32; count];
    let mut open = vec![false; count];
    let mut stack: Vec<u32> = Vec::new();
    let mut path: Vec<(u32, usize)> = Vec::new();
    let mut found = Vec::new();
    let mut next = 0;
    for root in 0..count {
        if number.get(root) != Some(&NEW) {
            continue;
        }
        path.push((index(root), 0));
        while let Some((node, edge)) = path.last_mut() {
            let at = *node as usize;
            if *edge == 0 && number[at] == NEW {
                number[at] = next;
                low[at] = next;
                next += 1;
                open[at] = true;
                stack.push(*node);
            }
            let edges = &points[at];
            if let Some(&to) = edges.get(*edge) {
                *edge += 1;
                let to_at = to as usize;
                if to_at >= count {
                    continue;
                }
                if number[to_at] == NEW {
                    path.push((to, 0));
                } else if open[to_at] {
                    low[at] = low[at].min(number[to_at]);
                }
                continue;
            }
            let node = *node;
            path.pop();
            if let Some((parent, _)) = path.last() {
                let parent = *parent as usize;
                low[parent] = low[parent].min(low[at]);
            }
            if low[at] == number[at] {
                let mut group = Vec::new();
                while let Some(member) = stack.pop() {
                    open[member as usize] = false;
                    group.push(member);
                    if member == node {
                        break;
                    }
                }
                group.sort_unstable();
                found.push(group);
            }
        }
    }
    found
}

fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_found_and_renamed_at_any_depth() {
        let mut object = json!({
            "id": "a", "created_by_ref": "x", "object_refs": ["y", "z"], "href": "x",
            "granular_markings": [{"marking_ref": "m"}],
            "extensions": {"e": {"body_multipart": [{"body_raw_ref": "w"}]}},
        });
        let mut found = Vec::new();
        references(object.as_object().unwrap(), &mut |id| {
            found.push(id.to_owned());
        });
        assert_eq!(found, ["x", "y", "z", "m", "w"]);
        rename(object.as_object_mut().unwrap(), &|id| {
            (id != "z").then(|| format!("{id}{id}"))
        });
        assert_eq!(object["created_by_ref"], "xx");
        assert_eq!(object["object_refs"], json!(["yy", "z"]));
        assert_eq!(
            object["extensions"]["e"]["body_multipart"][0]["body_raw_ref"],
            "ww"
        );
        assert_eq!(object["href"], "x");
    }

    #[test]
    fn circles_stay_together_and_long_chains_need_no_stack() {
        let points = vec![vec![1], vec![2], vec![0, 3], vec![], vec![4]];
        assert_eq!(groups(&points), [vec![3], vec![0, 1, 2], vec![4]]);
        let chain: Vec<Vec<u32>> = (1..=200_000).map(|next| vec![next]).collect();
        assert_eq!(groups(&chain).first(), Some(&vec![199_999]));
    }

    proptest! {
        #[test]
        fn nothing_points_ahead(points in prop::collection::vec(prop::collection::vec(0u32..30, 0..4), 0..25)) {
            let found = groups(&points);
            let mut place = vec![None; points.len()];
            for (at, group) in found.iter().enumerate() {
                for member in group {
                    prop_assert!(place[*member as usize].replace(at).is_none());
                }
            }
            for (node, edges) in points.iter().enumerate() {
                for to in edges {
                    if let Some(to) = place.get(*to as usize) {
                        prop_assert!(*to <= place[node]);
                    }
                }
            }
            prop_assert!(place.iter().all(Option::is_some));
        }
    }
}
