// The playground's page: the texts and choices go to a worker in which composefmt runs, its answers are shown.

const EXAMPLES = {
  "a proxy": `services:
    web:
        image:   'nginx:1.27'    # the proxy
        ports: ["127.0.0.1:8001:8001", '9090-9091:8080-8081']  # and metrics
        volumes:
        - ~/configs:/etc/configs/:ro
        - ~/certs/etc/nginx/certs/:ro
        #- ./html:/usr/share/nginx/html
        depend_on: [api]
    api:
        image: "example/api:2"
        environment:
          - DEBUG=yes
`,
  "mistakes": `services:
  web:
    image: nginx
    ports:
      - "8080:80/tpc"
      - "3000-3005:4000-4004"
    prots:
      - "9090:9090"
    depends_on: [database]
    restart: allways
    healthcheck:
      test: ["CMD", "curl -f http://localhost"]
      interval: 30
  db:
    image: postgres:16
    volumes: [data:/var/lib/postgresql/data]
`,
  "variables": `services:
  web:
    image: "nginx:\${TAG:-1.27}"
    ports:
      - \${PORT:-8080}:80
      - \${MORE_PORTS}
    volumes:
      - \${DATA_DIR}/db:/var/lib/db
      - \${DATA}:/data
`,
  "Swarm": `services:
  web:
    image: nginx:1.27
    ports: ["8080:80"]
    deploy: {replicas: 3, placement: {constraints: [node.role==worker]}}
`,
};

const element = (name) => document.getElementById(name);
const [before, after, longForm, order, status, findings] = ["before", "after", "long-form", "order", "status", "findings"].map(element);

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
let asked = 0;
let timer;

function ask() {
  clearTimeout(timer);
  // From now on an answer to an earlier text is not shown: its fixes would bring that text back.
  const id = ++asked;
  timer = setTimeout(() => worker.postMessage({ id, text: before.value, longForm: longForm.value, order: order.value }), 150);
}

worker.onerror = () => say("This copy of the site was built without the playground; “make playground” adds it.");
worker.onmessage = ({ data }) => {
  if (data.failure) say(`composefmt does not run here: ${data.failure}`);
  else if (data.id === asked) show(data.answer);
};

function say(text) {
  status.textContent = text;
}

function show({ formatted, findings: found }) {
  after.value = formatted ?? "";
  after.placeholder = formatted === null ? "This text cannot be read, so it is left as it is. Below is why." : "";
  const unchanged = formatted === before.value ? " The file is formatted." : "";
  say((found.length === 0 ? "Nothing wrong was found." : found.length === 1 ? "One finding." : `${found.length} findings.`) + unchanged);
  findings.replaceChildren(...found.map(entry));
}

function entry(finding) {
  const item = make("li", finding.severity);
  const place = make("button", "playground-place", `${finding.start.line}:${finding.start.column}`);
  place.onclick = () => select(...finding.selection);
  const rule = make("a", "", finding.rule);
  rule.href = new URL(`../rules/${finding.rule}/`, location.href);
  item.append(place, make("b", "", finding.severity), " ", rule, " ", finding.message);
  if (finding.help) item.append(make("small", "", finding.help));
  if (finding.fixed !== null) {
    const fixButton = make("button", "playground-fix", finding.fix.title);
    fixButton.onclick = () => replace(finding.fixed);
    item.append(fixButton);
  }
  return item;
}

function make(tag, kind, text = "") {
  const made = document.createElement(tag);
  made.className = kind;
  made.textContent = text;
  return made;
}

function select(start, end) {
  before.focus();
  before.setSelectionRange(start, end);
  const line = before.value.slice(0, start).split("\n").length;
  before.scrollTop = Math.max(0, (line - 5) * parseFloat(getComputedStyle(before).lineHeight));
}

function replace(text) {
  before.value = text;
  ask();
}

for (const name of Object.keys(EXAMPLES)) element("example").add(new Option(name));
element("example").onchange = (event) => replace(EXAMPLES[event.target.value]);
element("take").onclick = () => after.value && replace(after.value);
element("share").onclick = async () => {
  const bytes = new TextEncoder().encode(before.value);
  location.hash = btoa(String.fromCharCode(...bytes));
  await navigator.clipboard?.writeText(location.href);
  say("The link is in the address bar and in the clipboard.");
};
for (const input of [before, longForm, order]) input.addEventListener("input", ask);

function fromLink() {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(location.hash.slice(1)), (byte) => byte.charCodeAt(0)));
  } catch {
    return "";
  }
}

replace(fromLink() || EXAMPLES["a proxy"]);
