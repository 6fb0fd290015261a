"""The collector queries hosts and the API for everything that the judges need, once and in parallel."""

from __future__ import annotations

import base64
import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from config.certified import certified as declared
from config.egress import HA_API_VERSION, HA_KIND
from config.errors import ApiError, EdgeError
from config.router import Router
from config.stack import StackConfig
from effective.certificates import leaf, paired
from effective.entries import entrances
from effective.made import GATEWAY_GROUP
from effective.peerings.declared import foreign
from probes import agent_peers, conditions, router_query, tables
from probes.ingress import joined, nacks, programmed
from probes.observations import Json, Observations, is_agent
from transport.kube import Kube
from transport.ssh import Endpoint, SshPool

# Lines of an agent's log that are searched for Envoy's refusals.
_LOG_LINES = 5000

# The key of the answer or error among the observations, and the function that asks.
Query = tuple[str, Callable[[], None]]
_PARTS = Path(__file__).with_name("router_parts.sh").read_text()


class Collector:
    """Access of the probes to the hosts and the cluster of a stack."""

    def __init__(self, stack: StackConfig, ssh: SshPool, kube: Kube, endpoints: dict[str, Endpoint]) -> None:
        self.stack = stack
        self.ssh = ssh
        self.kube = kube
        self.endpoints = endpoints
        self._entries = list(entrances(stack))

    def within(self, seconds: float) -> None:
        """Bound all further queries: an answer later than `seconds` from now counts as no answer."""
        self.ssh.deadline.set(seconds)
        self.kube.deadline.set(seconds)

    def collect(self) -> Observations:
        """Query routers, agents and the API. Never raises for a failed query: its answer is missing then."""
        observations = Observations()
        self._ask_all(16, observations, self._of_routers_and_api(observations))
        # The agents are those of the API's Pods.
        self._ask_all(8, observations, self._of_agents(observations))
        return observations

    def _of_routers_and_api(self, observations: Observations) -> Iterator[Query]:
        for router in self.stack.managed_routers:
            yield router.name, partial(self._router, observations, router)
        for key, api, kind in self._kinds():
            yield key, partial(self._objects, observations, key, api, kind)
        if self._guarded():
            for space, name in sorted(certified(self.stack)):
                yield f"Secret {space}/{name}", partial(self._secret, observations, space, name)

    def _of_agents(self, observations: Observations) -> Iterator[Query]:
        wanted = programmed.declared_routes(self._entries)
        for pod in observations.objects.get("pods", []):
            if is_agent(pod):
                name = pod["spec"].get("nodeName", "")
                yield name, partial(self._agent, observations, name, pod)
                if self._entries or self.stack.ingress_controller is not None:
                    yield f"envoy of {name}", partial(self._envoy, observations, name, pod, wanted)

    def _guarded(self) -> bool:
        """Whether policies decide about what the stack declares."""
        return bool(self._entries or self.stack.ingress_controller is not None or self.stack.guards())

    def _kinds(self) -> Iterator[tuple[str, str, str]]:
        """The objects to list: the key among the observations, apiVersion, kind."""
        for kind, version in conditions.kinds(self.stack).items():
            yield kind, version, kind
        yield from (("services", "v1", "Service"), ("pods", "v1", "Pod"), ("nodes", "v1", "Node"))
        yield "slices", "discovery.k8s.io/v1", "EndpointSlice"
        if self.stack.bgp is not None:
            edge = self.stack.cilium.edge_api_version
            yield "advertisements", edge, "CiliumBGPAdvertisement"
            yield "CiliumBGPNodeConfigOverride", edge, "CiliumBGPNodeConfigOverride"
        if self.stack.egress_policies:
            yield "egress", HA_API_VERSION, HA_KIND
        if self.stack.l2_policies:
            yield "leases", "coordination.k8s.io/v1", "Lease"
            yield "CiliumL2AnnouncementPolicy", "cilium.io/v2alpha1", "CiliumL2AnnouncementPolicy"
        entered = {item.kind for item in self._entries}
        if "Ingress" in entered or self.stack.ingress_controller is not None:
            yield "ingresses", "networking.k8s.io/v1", "Ingress"
        if "Gateway" in entered:
            yield "gateways", f"{GATEWAY_GROUP}/v1", "Gateway"
            for kind in joined.declared(self.stack):
                yield kind, f"{GATEWAY_GROUP}/{'v1alpha2' if kind == 'TLSRoute' else 'v1'}", kind
        if self._guarded():
            yield from ((kind, "cilium.io/v2", kind) for kind in conditions.POLICY_KINDS)

    def add_policies(self, observations: Observations) -> None:
        """Query the network policies as well, if `collect` did not need them."""
        for kind in conditions.POLICY_KINDS:
            if kind not in observations.objects:
                self._ask(observations, kind, partial(self._objects, observations, kind, "cilium.io/v2", kind))

    def in_pod(self, pod: Json, command: str) -> str:
        """The output of a shell command in a pod's first container. Raises ApiError if the API refuses the exec."""
        metadata, container = pod["metadata"], pod["spec"]["containers"][0]["name"]
        return self.kube.exec(metadata["namespace"], metadata["name"], container, ["sh", "-c", command])[1]

    def _ask_all(self, threads: int, observations: Observations, queries: Iterable[Query]) -> None:
        with ThreadPoolExecutor(threads, "probe") as pool:
            asked = [pool.submit(self._ask, observations, key, query) for key, query in queries]
        for one in asked:
            # An exception that `_ask` does not catch is a bug of this program, and must not look like a missing answer.
            one.result()

    @staticmethod
    def _ask(observations: Observations, who: str, question: Callable[[], None]) -> None:
        try:
            question()
        except EdgeError as error:
            observations.errors[who] = str(error)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            observations.errors[who] = f"an answer that cannot be read ({type(error).__name__}: {error})"

    def _router(self, observations: Observations, router: Router) -> None:
        # A separate command: vtysh may hang on a stopped daemon until the timeout.
        *words, forwards = self.ssh.run(self.endpoints[router.name], _PARTS, timeout=20).stdout.split()
        observations.stopped[router.name] = [word for word in words if "=" not in word]
        observations.mtus[router.name] = {
            name: int(mtu) for name, _, mtu in (word.partition("=") for word in words) if mtu
        }
        observations.forwarding[router.name] = forwards == "1"
        script = router_query.script(router, frozenset(foreign(self.stack, router)))
        result = self.ssh.run(self.endpoints[router.name], script, timeout=20)
        observations.routers[router.name] = router_query.read(router, result.stdout, result.stderr)

    def _objects(self, observations: Observations, key: str, api_version: str, kind: str) -> None:
        observations.objects[key] = self.kube.find(api_version, kind)

    def _agent(self, observations: Observations, node: str, pod: Json) -> None:
        if self.stack.bgp is not None:
            observations.agents[node] = self._peers(pod)
        if self.stack.egress_policies:
            observations.maps[node] = self._dbg(pod, "bpf", "egress", "list")
            links = self._table(pod, "devices")
            observations.devices[node] = {link["Name"]: re.findall(r"[^, ]+", link["Addresses"]) for link in links}
        if self.stack.l2_policies:
            observations.announced[node] = self._table(pod, "l2-announce")
            links = self._table(pod, "devices")
            observations.hardware[node] = {link["HWAddr"].lower(): link["Name"] for link in links if link["HWAddr"]}

    def _peers(self, pod: Json) -> list[Json]:
        """The agent's sessions, in the format of `cilium-dbg bgp peers`."""
        if self.stack.cilium.release < (1, 20):
            return self._dbg(pod, "bgp", "peers")
        return agent_peers.read(self._shell(pod, "bgp/peers", "--format=json"))

    def _envoy(self, observations: Observations, node: str, pod: Json, wanted: set[programmed.Route]) -> None:
        observations.envoys[node] = routes = json.loads(self._says(pod, "envoy", "admin", "config", "routes"))
        if wanted - programmed.known_routes(routes):
            # The log only adds the reason: without the right to read logs there is no reason, but no verdict changes.
            with contextlib.suppress(ApiError):
                log = self.kube.log(pod["metadata"]["namespace"], pod["metadata"]["name"], "cilium-agent", _LOG_LINES)
                observations.nacks[node] = nacks.current(nacks.read(log), routes)
        if certified(self.stack):
            observations.served[node] = json.loads(self._says(pod, "envoy", "admin", "certs"))

    def _secret(self, observations: Observations, namespace: str, name: str) -> None:
        found = self.kube.get("v1", "Secret", name, namespace)
        if found is None:
            return
        certificate, key = (base64.b64decode(found["data"][part]).decode() for part in ("tls.crt", "tls.key"))
        observations.certificates[namespace, name] = certificate
        # The observations keep whether the key matches, and never the key.
        with contextlib.suppress(ValueError):
            if not paired(leaf(certificate), key):
                observations.unpaired.add((namespace, name))

    def _table(self, pod: Json, name: str) -> list[dict[str, str]]:
        """A table of the agent's StateDB."""
        if self.stack.cilium.release < (1, 17):
            return tables.rows(self._says(pod, "statedb", name))
        return tables.rows(self._shell(pod, "db/show", name))

    def _shell(self, pod: Json, *words: str) -> str:
        text = self._says(pod, "shell", "--", *words)
        # The agent's shell prints errors to standard output, with exit status 0.
        if text.startswith("<stdin>:"):
            raise ValueError(text.strip())
        return text

    def _dbg(self, pod: Json, *words: str) -> list[Json]:
        return list(json.loads(self._says(pod, *words, "-o", "json")) or [])

    def _says(self, pod: Json, *words: str) -> str:
        metadata = pod["metadata"]
        command = ["cilium-dbg", *words]
        status, out, err = self.kube.exec(metadata["namespace"], metadata["name"], "cilium-agent", command)
        if status != 0:
            lines = (err or out).strip().splitlines() or ["no output"]
            raise ValueError(lines[-1])
        return out


def certified(stack: StackConfig) -> dict[tuple[str, str], set[str]]:
    """(Namespace, Secret) of each certificate of Ingresses and Gateways -> the certificate's hosts."""
    result: dict[tuple[str, str], set[str]] = {}
    for item in (each for each in declared(stack) if each.by_cilium):
        result.setdefault((item.namespace, str(item.certificate.secret_name)), set()).update(item.hosts)
    return result
