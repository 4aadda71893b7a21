//! Organisations and the groups in which they share.

use super::{Flag, List, Number};
use crate::json::shape::noun;

noun! {
    /// An organisation.
    Organisation {
        /// Number on its server.
        id = "id": Option<Number>;
        /// Name.
        name = "name": Option<String>;
        /// UUID.
        uuid = "uuid": Option<String>;
        /// Whether it has users here.
        local = "local": Option<Flag>;
        /// Nation.
        nationality = "nationality": Option<String>;
        /// Sector.
        sector = "sector": Option<String>;
        /// Kind.
        kind = "type": Option<String>;
        /// Words about it.
        description = "description": Option<String>;
    }
}

noun! {
    /// A group of organisations and servers that share (distribution 4).
    SharingGroup {
        /// Number on its server.
        id = "id": Option<Number>;
        /// UUID.
        uuid = "uuid": Option<String>;
        /// Name.
        name = "name": Option<String>;
        /// To whom it may be released.
        releasability = "releasability": Option<String>;
        /// Words about it.
        description = "description": Option<String>;
        /// Whether it is in use.
        active = "active": Option<Flag>;
        /// Whether events roam by its list of servers.
        roaming = "roaming": Option<Flag>;
        /// Who made it.
        organisation = "Organisation": Option<Organisation>;
        /// Its members.
        orgs = "SharingGroupOrg": List<SharingGroupOrg>;
        /// Its servers.
        servers = "SharingGroupServer": List<SharingGroupServer>;
    }
}

noun! {
    /// A member of a sharing group.
    SharingGroupOrg {
        /// Number on its server.
        id = "id": Option<Number>;
        /// The group.
        sharing_group_id = "sharing_group_id": Option<Number>;
        /// The organisation.
        org_id = "org_id": Option<Number>;
        /// Whether it may add others.
        extend = "extend": Option<Flag>;
        /// The organisation.
        organisation = "Organisation": Option<Organisation>;
    }
}

noun! {
    /// A server of a sharing group.
    SharingGroupServer {
        /// Number on its server.
        id = "id": Option<Number>;
        /// The group.
        sharing_group_id = "sharing_group_id": Option<Number>;
        /// The server.
        server_id = "server_id": Option<Number>;
        /// Whether all its organisations may see.
        all_orgs = "all_orgs": Option<Flag>;
    }
}
