using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "objects", disk = (path = "@OBJECTS@", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:@PORT@", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2025-01-01",
  durableObjectNamespaces = [(className = "Instance", uniqueKey = "bench", enableSql = true)],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [(name = "INSTANCES", durableObjectNamespace = "Instance")],
);
