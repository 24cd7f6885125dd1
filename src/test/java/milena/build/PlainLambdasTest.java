package milena.build;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Lambdas that have become classes do what they did. */
public class PlainLambdasTest extends JUnitSuite {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void answersStayTheSame() throws Exception {
    try (URLClassLoader loader = rewritten()) {
      Class<?> samples = loader.loadClass(LambdaSamples.class.getName());
      assertFalse(samples == LambdaSamples.class);
      assertEquals(
          LambdaSamples.answers().toString(), samples.getMethod("answers").invoke(null).toString());
    }
  }

  @Test
  public void lambdasAreClassesThatCanBeFound() throws Exception {
    try (URLClassLoader loader = rewritten()) {
      Class<?> samples = loader.loadClass(LambdaSamples.class.getName());
      Object first = samples.getMethod("constant").invoke(null);
      assertSame(first, samples.getMethod("constant").invoke(null));
      assertFalse(first.getClass().isHidden());
      assertSame(first.getClass(), loader.loadClass(first.getClass().getName()));
      assertTrue(LambdaSamples.constant().getClass().isHidden());
    }
  }

  @Test
  public void whatCouldBeSerialisedStillCan() throws Exception {
    try (URLClassLoader loader = rewritten()) {
      Class<?> samples = loader.loadClass(LambdaSamples.class.getName());
      Object lambda = samples.getMethod("serializable", int.class).invoke(null, 7);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      new ObjectOutputStream(bytes).writeObject(lambda);
      Supplier<?> back = (Supplier<?>) read(bytes.toByteArray(), loader);
      assertEquals("serialised 7", back.get());
    }
  }

  @Test
  public void aSecondTurnChangesNothing() throws Exception {
    Path jar = jar();
    PlainLambdas.rewrite(jar);
    byte[] once = Files.readAllBytes(jar);
    PlainLambdas.rewrite(jar);
    assertArrayEquals(once, Files.readAllBytes(jar));
  }

  @Test
  public void signedJarsAreLeftAlone() throws Exception {
    Path jar = jar("META-INF/SOMEONE.SF");
    byte[] before = Files.readAllBytes(jar);
    PlainLambdas.rewrite(jar);
    assertArrayEquals(before, Files.readAllBytes(jar));
  }

  /** Knows the samples only as they are in the rewritten jar. */
  private URLClassLoader rewritten() throws IOException {
    Path jar = jar();
    PlainLambdas.rewrite(jar);
    return new URLClassLoader(
        new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
  }

  private Path jar(String... more) throws IOException {
    Path jar = folder.newFile().toPath();
    String samples = LambdaSamples.class.getName().replace('.', '/');
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String suffix : List.of("", "$Narrow", "$WithDefaults", "$Inner", "$Whole", "$Empty")) {
        String name = samples + suffix + ".class";
        out.putNextEntry(new ZipEntry(name));
        try (InputStream in = getClass().getClassLoader().getResourceAsStream(name)) {
          in.transferTo(out);
        }
      }
      for (String name : more) {
        out.putNextEntry(new ZipEntry(name));
      }
    }
    return jar;
  }

  private static Object read(byte[] bytes, ClassLoader loader) throws Exception {
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes)) {
          @Override
          protected Class<?> resolveClass(ObjectStreamClass described)
              throws ClassNotFoundException {
            return Class.forName(described.getName(), false, loader);
          }
        }) {
      return in.readObject();
    }
  }
}
