/**
 * The control plane of a cluster. One {@link milena.broker.controller.Controller} decides, on the
 * node that leads the Raft group of metadata; everybody else reaches it through its own node's
 * {@link milena.broker.controller.ControllerGateway}. What it commits comes back to every node as a
 * {@link milena.metadata.ClusterImage}, handed on in order by {@link
 * milena.broker.controller.MetadataSubscriber}; {@link milena.broker.controller.BrokerLifecycle}
 * keeps this node's place in it.
 */
package milena.broker.controller;
