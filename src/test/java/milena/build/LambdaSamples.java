package milena.build;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One lambda of each kind, for {@link PlainLambdasTest}. */
public final class LambdaSamples {
  private final String name;

  private LambdaSamples(String name) {
    this.name = name;
  }

  /** The two interfaces make a bridge necessary. */
  interface Narrow extends Function<String, Integer> {
    @Override
    Integer apply(String text);
  }

  interface WithDefaults {
    int base();

    default IntSupplier twice() {
      return () -> 2 * own();
    }

    private int own() {
      return base();
    }

    static Supplier<String> told() {
      return () -> "told";
    }
  }

  private final class Inner {
    private String privateOfNest(String more) {
      return name + more;
    }

    Function<String, String> outers() {
      return LambdaSamples.this::privateInstance;
    }
  }

  record Whole(
      boolean bit,
      byte small,
      char letter,
      short shorter,
      int number,
      long wide,
      float real,
      double precise,
      String text,
      List<Integer> list) {
    static Whole of(String text, double precise) {
      return new Whole(true, (byte) 1, 'c', (short) 2, 3, 4L, 5f, precise, text, List.of(6));
    }
  }

  record Empty() {}

  private String privateInstance(String more) {
    return more + name;
  }

  private static String varied(Object... all) {
    return List.of(all).toString();
  }

  /** What all of them answer. */
  public static List<Object> answers() {
    List<Object> said = new ArrayList<>();
    long wide = 1L << 40;
    double real = 0.5;
    byte small = 3;
    String text = "text";
    said.add(((Supplier<String>) () -> "plain").get());
    said.add(((Supplier<String>) () -> text + wide + real + small).get());
    IntBinaryOperator sum = Integer::sum;
    said.add(sum.applyAsInt(1, 2));
    ToLongFunction<Integer> widened = Integer::intValue;
    said.add(widened.applyAsLong(7));
    ToDoubleFunction<Long> real2 = value -> value;
    said.add(real2.applyAsDouble(8L));
    IntFunction<Object> boxed = value -> value;
    said.add(boxed.apply(9));
    Function<Integer, Long> unboxedAndBoxed = value -> value + wide;
    said.add(unboxedAndBoxed.apply(10));
    Supplier<List<String>> made = ArrayList::new;
    said.add(made.get());
    Function<String, LambdaSamples> ownMade = LambdaSamples::new;
    LambdaSamples own = ownMade.apply("own");
    Function<String, String> bound = own::privateInstance;
    said.add(bound.apply("bound "));
    BiFunction<LambdaSamples, String, String> unbound = LambdaSamples::privateInstance;
    said.add(unbound.apply(own, "unbound "));
    Inner inner = own.new Inner();
    Function<String, String> nest = inner::privateOfNest;
    said.add(nest.apply(" nest"));
    said.add(inner.outers().apply("outer "));
    IntFunction<int[]> array = int[]::new;
    said.add(array.apply(4).length);
    UnaryOperator<int[]> copy = int[]::clone;
    said.add(copy.apply(new int[] {5, 6})[1]);
    Function<Object, String> variable = LambdaSamples::varied;
    said.add(variable.apply("one"));
    Narrow narrow = String::length;
    said.add(narrow.apply("four"));
    said.add(((Function<String, Integer>) narrow).apply("seven77"));
    Runnable dropsResult = () -> said.add("ran");
    dropsResult.run();
    WithDefaults base = () -> 21;
    said.add(base.twice().getAsInt());
    said.add(WithDefaults.told().get());
    said.add(Stream.of("b", "a").sorted(String::compareTo).collect(Collectors.joining()));
    Supplier<Supplier<String>> nested = () -> () -> text + "nested";
    said.add(nested.get().get());
    Whole whole = Whole.of("text", 0.0);
    said.add(whole.equals(Whole.of("text", 0.0)));
    said.add(whole.equals(Whole.of("text", -0.0)));
    said.add(whole.equals(Whole.of(null, 0.0)));
    said.add(Whole.of(null, Double.NaN).equals(Whole.of(null, Double.NaN)));
    said.add(whole.equals(null));
    said.add(whole.hashCode());
    said.add(Whole.of(null, 1.5).hashCode());
    said.add(whole.toString());
    said.add(new Empty().equals(new Empty()));
    said.add(new Empty().hashCode());
    return said;
  }

  /** One that can be serialised. */
  public static Supplier<String> serializable(int captured) {
    return (Supplier<String> & Serializable) () -> "serialised " + captured;
  }

  /** Two askings give the same object, as of any lambda that takes nothing along. */
  public static Runnable constant() {
    return () -> {};
  }
}
