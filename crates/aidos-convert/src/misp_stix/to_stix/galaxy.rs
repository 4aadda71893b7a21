//! Clusters of galaxies.

use aidos_model::misp::{Cluster, Galaxy};

use crate::misp_stix::natural;

use super::{
    Body, ExternalReference, KillChainPhase, List, Maker, Object, Path, ROW, Shape, StixId, Store,
    Uuid, Value, attach, json, leave, members_of, note, table,
};

/// The ids of the objects that kept galaxies refer to.
pub(super) fn refs_in(galaxies: Option<&Value>) -> Vec<String> {
    let galaxies = galaxies.and_then(Value::as_array).into_iter().flatten();
    galaxies
        .filter_map(|galaxy| galaxy.get("refs")?.as_array())
        .flatten()
        .filter_map(|id| id.as_str().map(str::to_owned))
        .collect()
}

impl<S: Store> Maker<S> {
    /// Objects for the clusters; what is kept of each galaxy.
    pub(in crate::misp_stix) fn galaxies(
        &mut self,
        path: &Path<'_>,
        galaxies: &mut List<Galaxy>,
    ) -> Option<Value> {
        let mut kept = Vec::new();
        for (at, mut galaxy) in std::mem::take(galaxies).into_iter().enumerate() {
            let path = path.item("Galaxy", at);
            leave(&mut self.ledger, &path, "id", &mut galaxy.id, ROW);
            for (at, cluster) in galaxy.clusters.iter_mut().enumerate() {
                let path = path.item("GalaxyCluster", at);
                for (name, field) in [
                    ("id", &mut cluster.id),
                    ("galaxy_id", &mut cluster.galaxy_id),
                    ("tag_id", &mut cluster.tag_id),
                    ("sharing_group_id", &mut cluster.sharing_group_id),
                ] {
                    leave(&mut self.ledger, &path, name, field, ROW);
                }
                leave(
                    &mut self.ledger,
                    &path,
                    "Org",
                    &mut cluster.org,
                    "who holds a cluster differs from server to server",
                );
                for name in ["org_id", "orgc_id"] {
                    if cluster.rest.remove(name).is_some() {
                        note(&mut self.ledger, &path, name, ROW);
                    }
                }
            }
            kept.push(self.galaxy(galaxy));
        }
        (!kept.is_empty()).then_some(Value::Array(kept))
    }

    pub(in crate::misp_stix) fn galaxy(&mut self, galaxy: Galaxy) -> Value {
        let Some(made) = self.clusters(&galaxy) else {
            return galaxy.into_value();
        };
        let refs: Vec<&str> = made.iter().map(Object::id).collect();
        let kept = json!({"refs": refs});
        for object in made {
            self.add(object);
        }
        kept
    }

    /// Objects for the clusters of a galaxy; `None` where one of them can be none, or another object has its id: then the
    /// galaxy is kept whole.
    pub(in crate::misp_stix) fn clusters(&self, galaxy: &Galaxy) -> Option<Vec<Object>> {
        let kind = galaxy.kind.as_deref().and_then(table::galaxy)?;
        if galaxy.clusters.is_empty() {
            return None;
        }
        let mut refs = Vec::new();
        for cluster in &galaxy.clusters {
            let uuid = cluster.uuid.as_deref().and_then(Uuid::parse)?;
            if cluster.value.as_ref().is_none_or(String::is_empty)
                || cluster.uuid.as_deref().map(str::as_bytes) != Some(&uuid.text())
            {
                return None;
            }
            refs.push(StixId { kind, uuid });
        }
        let mut header = galaxy.clone();
        let clusters = std::mem::take(&mut header.clusters);
        let header = header.into_value();
        let mut made = Vec::new();
        for (cluster, id) in clusters.into_iter().zip(&refs) {
            let object = self.cluster(*id, &header, cluster);
            if self.store.clashes(&object) {
                return None;
            }
            made.push(object);
        }
        Some(made)
    }

    fn cluster(&self, id: StixId, header: &Value, mut cluster: Cluster) -> Object {
        let StixId { kind, uuid } = id;
        let mut object = self.begin(kind, uuid, None);
        // Not of the event's maker.
        object.common.created_by_ref = None;
        object.common.created = Some("1970-01-01T00:00:00.000Z".into());
        object.common.modified.clone_from(&object.common.created);
        cluster.uuid = None;
        object.set("name", cluster.value.take().unwrap_or_default().into());
        let properties = Body::properties(kind);
        let has = |name: &str| properties.iter().any(|property| property.name == name);
        if let Some(text) = cluster
            .description
            .take_if(|text| has("description") && !text.is_empty())
        {
            object.set("description", text.into());
        }
        let texts = |meta: &aidos_model::json::Fields, name: &str| -> Option<Vec<String>> {
            let list = meta.get(name)?.as_array()?;
            let texts: Option<Vec<String>> = list
                .iter()
                .map(|one| one.as_str().map(str::to_owned))
                .collect();
            texts.filter(|texts| !texts.is_empty() && texts.iter().all(|text| !text.is_empty()))
        };
        if let Some(meta) = &mut cluster.meta {
            if has("aliases")
                && let Some(aliases) = texts(meta, "synonyms")
            {
                meta.remove("synonyms");
                object.set("aliases", aliases.into());
            }
            if has("kill_chain_phases")
                && let Some(phases) = texts(meta, "kill_chain")
            {
                // `mitre-attack:execution`; ATT&CK has the platform between the two.
                let phases: Option<Vec<KillChainPhase>> = phases
                    .iter()
                    .map(|text| {
                        let (chain, phase) = text.rsplit_once(':')?;
                        Some(KillChainPhase {
                            kill_chain_name: Some(chain.to_owned()),
                            phase_name: Some(phase.to_owned()),
                            ..KillChainPhase::default()
                        })
                    })
                    .collect();
                if let Some(phases) = phases {
                    meta.remove("kill_chain");
                    object.set("kill_chain_phases", phases.into_value());
                }
            }
            let mut references = Vec::new();
            for name in texts(meta, "external_id").into_iter().flatten() {
                let source = match name.get(..1) {
                    Some("T" | "M" | "G" | "S") => "mitre-attack",
                    _ if name.starts_with("CVE-") => "cve",
                    _ => "external",
                };
                references.push(ExternalReference {
                    source_name: Some(source.into()),
                    external_id: Some(name),
                    ..ExternalReference::default()
                });
            }
            for url in texts(meta, "refs").into_iter().flatten() {
                references.push(ExternalReference {
                    source_name: Some("url".into()),
                    url: Some(url),
                    ..ExternalReference::default()
                });
            }
            if !references.is_empty() {
                object.common.external_references = Some(references);
            }
        }
        match &mut object.body {
            Body::Malware(body) => body.is_family = Some(true),
            Body::Identity(body) => body.identity_class = Some("class".into()),
            _ => {}
        }
        if cluster
            .kind
            .as_deref()
            .is_some_and(|kind| kind.starts_with("stix-2.1-"))
            && let Some(meta) = &cluster.meta
        {
            natural::set_from_meta(&mut object, kind, meta);
        }
        let content = json!({"galaxy": header, "cluster": Value::Object(members_of(cluster))});
        attach(&mut object, "galaxy", content);
        object
    }
}
