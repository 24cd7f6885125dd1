package milena.broker.controller;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

/** Lets messages between nodes hold the value types of Kafka's library; configuration names it. */
public final class KafkaTypesModule extends SimpleModule {
  private static final long serialVersionUID = 1L;

  public KafkaTypesModule() {
    addSerializer(Uuid.class, new UuidOut());
    addDeserializer(Uuid.class, new UuidIn());
    addSerializer(ConfigResource.class, new ResourceOut());
    addDeserializer(ConfigResource.class, new ResourceIn());
  }

  private static final class UuidOut extends StdSerializer<Uuid> {
    private static final long serialVersionUID = 1L;

    UuidOut() {
      super(Uuid.class);
    }

    @Override
    public void serialize(Uuid id, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(id.toString());
    }
  }

  private static final class UuidIn extends StdDeserializer<Uuid> {
    private static final long serialVersionUID = 1L;

    UuidIn() {
      super(Uuid.class);
    }

    @Override
    public Uuid deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return Uuid.fromString(in.getText());
    }
  }

  /** As one text: the type's number, a colon, the name. */
  private static final class ResourceOut extends StdSerializer<ConfigResource> {
    private static final long serialVersionUID = 1L;

    ResourceOut() {
      super(ConfigResource.class);
    }

    @Override
    public void serialize(ConfigResource resource, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(resource.type().id() + ":" + resource.name());
    }
  }

  private static final class ResourceIn extends StdDeserializer<ConfigResource> {
    private static final long serialVersionUID = 1L;

    ResourceIn() {
      super(ConfigResource.class);
    }

    @Override
    public ConfigResource deserialize(JsonParser in, DeserializationContext context)
        throws IOException {
      String text = in.getText();
      int colon = text.indexOf(':');
      byte type = Byte.parseByte(text.substring(0, colon));
      return new ConfigResource(ConfigResource.Type.forId(type), text.substring(colon + 1));
    }
  }
}
