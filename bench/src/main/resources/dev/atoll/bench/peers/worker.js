// One object for each key, with a SQLite database of its own: the statements are those of Atoll's bench.
import { DurableObject } from "cloudflare:workers";

export class Instance extends DurableObject {
  async fetch(request) {
    const path = new URL(request.url).pathname.split("/");
    const sql = this.ctx.storage.sql;
    switch (path[1]) {
      case "insert":
        sql.exec("INSERT INTO bench(value) VALUES (?)", await request.arrayBuffer());
        return new Response("1");
      case "read":
        return new Response(sql.exec("SELECT value FROM bench WHERE id = ?", Number(path[3])).one().value);
      case "fill": {
        sql.exec("CREATE TABLE bench(id INTEGER PRIMARY KEY, value BLOB NOT NULL)");
        const value = await request.arrayBuffer();
        for (let row = 0; row < Number(path[3]); row++) {
          sql.exec("INSERT INTO bench(value) VALUES (?)", value);
        }
        return new Response("1");
      }
      default:
        return new Response("", { status: 404 });
    }
  }
}

export default {
  fetch(request, env) {
    const path = new URL(request.url).pathname.split("/");
    if (path[1] === "ready") {
      return new Response("1");
    }
    return env.INSTANCES.get(env.INSTANCES.idFromName(path[2])).fetch(request);
  }
};
