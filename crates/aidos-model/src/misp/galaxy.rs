//! Galaxies: knowledge that tags point to, ATT&CK among it.

use super::{Flag, List, Number, Organisation};
use crate::json::Fields;
use crate::json::shape::noun;

noun! {
    /// A galaxy, as an event carries it: with the clusters that it uses.
    Galaxy {
        /// Number on its server.
        id = "id": Option<Number>;
        /// UUID.
        uuid = "uuid": Option<String>;
        /// Name for people.
        name = "name": Option<String>;
        /// Type, which begins the tags: `mitre-attack-pattern`.
        kind = "type": Option<String>;
        /// Words about it.
        description = "description": Option<String>;
        /// Version.
        version = "version": Option<Number>;
        /// Icon.
        icon = "icon": Option<String>;
        /// Where it comes from: `misp`, `mitre-attack`.
        namespace = "namespace": Option<String>;
        /// Whether it is in use.
        enabled = "enabled": Option<Flag>;
        /// Whether only this server has it.
        local_only = "local_only": Option<Flag>;
        /// When it was made.
        created = "created": Option<String>;
        /// When it was changed.
        modified = "modified": Option<String>;
        /// The clusters.
        clusters = "GalaxyCluster": List<Cluster>;
    }
}

noun! {
    /// A cluster: one technique, actor, tool ….
    Cluster {
        /// Number on its server.
        id = "id": Option<Number>;
        /// UUID.
        uuid = "uuid": Option<String>;
        /// UUID of the collection that it comes from.
        collection_uuid = "collection_uuid": Option<String>;
        /// Type, that of its galaxy.
        kind = "type": Option<String>;
        /// Name.
        value = "value": Option<String>;
        /// Tag that stands for it.
        tag_name = "tag_name": Option<String>;
        /// Words about it.
        description = "description": Option<String>;
        /// Number of its galaxy.
        galaxy_id = "galaxy_id": Option<Number>;
        /// Where it comes from.
        source = "source": Option<String>;
        /// Who wrote it.
        authors = "authors": Option<Vec<String>>;
        /// Version.
        version = "version": Option<Number>;
        /// To whom it may go.
        distribution = "distribution": Option<Number>;
        /// The group, of distribution 4.
        sharing_group_id = "sharing_group_id": Option<Number>;
        /// Whether it ships with MISP.
        default = "default": Option<Flag>;
        /// Whether it is locked.
        locked = "locked": Option<Flag>;
        /// UUID of what it was made from.
        extends_uuid = "extends_uuid": Option<String>;
        /// Whether it is published.
        published = "published": Option<Flag>;
        /// Whether it is deleted.
        deleted = "deleted": Option<Flag>;
        /// Whether it is put on here only.
        local = "local": Option<Flag>;
        /// How it relates to what it is on.
        relationship_type = "relationship_type": Option<String>;
        /// Number of its tag.
        tag_id = "tag_id": Option<Number>;
        /// More by name; each is a list of texts, or a text.
        meta = "meta": Option<Fields>;
        /// The same as elements.
        elements = "GalaxyElement": List<Element>;
        /// Relations to others.
        relations = "GalaxyClusterRelation": List<ClusterRelation>;
        /// Who owns it here.
        org = "Org": Option<Organisation>;
        /// Who made it.
        orgc = "Orgc": Option<Organisation>;
    }
}

noun! {
    /// A fact about a cluster.
    Element {
        /// Number on its server.
        id = "id": Option<Number>;
        /// Number of the cluster.
        galaxy_cluster_id = "galaxy_cluster_id": Option<Number>;
        /// Name.
        key = "key": Option<String>;
        /// Value.
        value = "value": Option<String>;
    }
}

noun! {
    /// A relation between clusters.
    ClusterRelation {
        /// Number on its server.
        id = "id": Option<Number>;
        /// UUID of the one.
        cluster_uuid = "galaxy_cluster_uuid": Option<String>;
        /// UUID of the other.
        referenced_uuid = "referenced_galaxy_cluster_uuid": Option<String>;
        /// What the one does to the other.
        kind = "referenced_galaxy_cluster_type": Option<String>;
        /// To whom it may go.
        distribution = "distribution": Option<Number>;
    }
}
