/**
 * What can be set, what it means, and what is in force.
 *
 * <p>A {@link milena.common.config.Setting} describes one name: type, default, bounds, who may
 * change it while the node runs, and whether Milena honours it. {@link
 * milena.common.config.BrokerSettings} and {@link milena.common.config.TopicSettings} are the
 * tables of all of them, under Kafka's names and with Kafka's defaults. {@link
 * milena.common.config.ConfigLayers} lays the sources over one another, dynamic before static
 * before default, and answers both questions that are asked of it: which value is in force, and
 * where it comes from. {@link milena.common.config.BrokerConfig} and {@link
 * milena.common.config.LogConfig} are the parsed, immutable results that other packages are given.
 */
package milena.common.config;
