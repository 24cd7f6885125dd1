package milena.common.config;

import static milena.common.config.Setting.flag;
import static milena.common.config.Setting.list;
import static milena.common.config.Setting.secret;
import static milena.common.config.Setting.text;
import static milena.common.config.Setting.type;
import static milena.common.config.Setting.wide;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** TLS, principals, the authorizer and delegation tokens; for SASL see {@link SaslSettings}. */
final class SecuritySettings {
  private static final String TLS = "listeners with TLS are not served yet";
  private static final String PLUGINS = "plug-ins are not loaded";
  private static final String TOKENS = "delegation tokens are not served yet";

  private SecuritySettings() {}

  static List<Setting> all() {
    return Stream.of(keys(), engine(), access()).flatMap(List::stream).toList();
  }

  /**
   * The TLS settings that are changed at run time only under a listener's prefix, since a bare one
   * would concern listeners that it wasn't meant for.
   */
  static Set<String> perListener() {
    return Stream.of(keys(), engine())
        .flatMap(List::stream)
        .filter(Setting::isDynamic)
        .map(Setting::name)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static List<Setting> keys() {
    return List.of(
        tls(text("ssl.keystore.location", null), "The file with the broker's key."),
        tls(text("ssl.keystore.type", "JKS"), "The format of that file."),
        tls(secret("ssl.keystore.password"), "The password of that file."),
        tls(secret("ssl.keystore.key"), "The broker's key itself, as PEM."),
        tls(secret("ssl.keystore.certificate.chain"), "The key's certificates, as PEM."),
        tls(secret("ssl.key.password"), "The password of the key."),
        tls(text("ssl.truststore.location", null), "The file with the trusted certificates."),
        tls(text("ssl.truststore.type", "JKS"), "The format of that file."),
        tls(secret("ssl.truststore.password"), "The password of that file."),
        tls(secret("ssl.truststore.certificates"), "The trusted certificates, as PEM."));
  }

  private static List<Setting> engine() {
    return List.of(
        tls(text("ssl.protocol", "TLSv1.3"), "The TLS version that contexts are made for."),
        tls(list("ssl.enabled.protocols", "TLSv1.2", "TLSv1.3"), "The TLS versions allowed."),
        tls(list("ssl.cipher.suites"), "The cipher suites allowed; the platform's where empty."),
        tls(text("ssl.provider", null), "The security provider of TLS."),
        tls(text("ssl.keymanager.algorithm", "SunX509"), "The algorithm of key managers."),
        tls(text("ssl.trustmanager.algorithm", "PKIX"), "The algorithm of trust managers."),
        tls(text("ssl.secure.random.implementation", null), "The source of random numbers.").low(),
        tls(
                text("ssl.endpoint.identification.algorithm", "https"),
                "How the peer's certificate is held against its host name.")
            .low(),
        tls(type("ssl.engine.factory.class", null), "The plug-in that makes TLS engines.").low(),
        tls(text("ssl.client.auth", "none"), "Whether clients must show a certificate.")
            .oneOf("required", "requested", "none"));
  }

  private static List<Setting> access() {
    return List.of(
        text("ssl.principal.mapping.rules", "DEFAULT")
            .low()
            .idle(TLS)
            .doc("How a certificate's name becomes a principal."),
        flag("ssl.allow.dn.changes", false)
            .low()
            .idle(TLS)
            .doc("Whether a new key may carry another name."),
        flag("ssl.allow.san.changes", false)
            .low()
            .idle(TLS)
            .doc("Whether a new key may lack alternative names of the old one."),
        text("authorizer.class.name", "")
            .low()
            .refused("there is no authorizer yet: every request is allowed")
            .doc("The plug-in that decides who may do what."),
        type(
                "principal.builder.class",
                "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder")
            .perBroker()
            .refused(PLUGINS)
            .doc("The plug-in that makes principals of authenticated connections."),
        text("security.providers", null)
            .low()
            .refused(PLUGINS)
            .doc("Plug-ins that add security providers."),
        secret("delegation.token.secret.key")
            .refused(TOKENS)
            .doc("The secret that delegation tokens are signed with."),
        wide("delegation.token.max.lifetime.ms", 604_800_000L)
            .atLeast(1)
            .idle(TOKENS)
            .doc("How long a delegation token can be renewed."),
        wide("delegation.token.expiry.time.ms", 86_400_000L)
            .atLeast(1)
            .idle(TOKENS)
            .doc("How long a delegation token is good without renewal."),
        wide("delegation.token.expiry.check.interval.ms", 3_600_000L)
            .atLeast(1)
            .low()
            .idle(TOKENS)
            .doc("How often expired delegation tokens are dropped."));
  }

  private static Setting tls(Setting setting, String doc) {
    return setting.perBroker().idle(TLS).doc(doc);
  }
}
