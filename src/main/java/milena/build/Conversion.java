package milena.build;

import static org.objectweb.asm.Opcodes.CHECKCAST;
import static org.objectweb.asm.Opcodes.F2D;
import static org.objectweb.asm.Opcodes.I2D;
import static org.objectweb.asm.Opcodes.I2F;
import static org.objectweb.asm.Opcodes.I2L;
import static org.objectweb.asm.Opcodes.INVOKESTATIC;
import static org.objectweb.asm.Opcodes.INVOKEVIRTUAL;
import static org.objectweb.asm.Opcodes.L2D;
import static org.objectweb.asm.Opcodes.L2F;

import java.util.Map;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/**
 * How a value on the stack becomes one of another type, as lambdas have it: casts, boxing, unboxing
 * and widening.
 *
 * @param from what it is
 * @param known what it is known to be, a narrower type than {@code from} or the same
 * @param to what it is wanted as
 */
record Conversion(Type from, Type known, Type to) {
  private static final Map<Integer, String> WRAPPERS =
      Map.of(
          Type.BOOLEAN, "java/lang/Boolean",
          Type.BYTE, "java/lang/Byte",
          Type.SHORT, "java/lang/Short",
          Type.CHAR, "java/lang/Character",
          Type.INT, "java/lang/Integer",
          Type.LONG, "java/lang/Long",
          Type.FLOAT, "java/lang/Float",
          Type.DOUBLE, "java/lang/Double");
  private static final String OBJECT = "java/lang/Object";

  static Conversion of(Type from, Type known, Type to) {
    return new Conversion(from, known, to);
  }

  void write(MethodVisitor code) {
    if (isPrimitive(from)) {
      if (isPrimitive(to)) {
        widen(code, from, to);
      } else {
        box(code, from);
      }
    } else if (isPrimitive(to)) {
      unbox(code);
    } else {
      cast(code, from, known.getInternalName());
      cast(code, isPrimitive(known) ? from : known, to.getInternalName());
    }
  }

  static boolean isPrimitive(Type type) {
    return WRAPPERS.containsKey(type.getSort());
  }

  /** The internal name of a primitive type's wrapper. */
  static String wrapper(Type primitive) {
    return WRAPPERS.get(primitive.getSort());
  }

  private static void cast(MethodVisitor code, Type is, String to) {
    if (!to.equals(OBJECT) && !to.equals(is.getInternalName())) {
      code.visitTypeInsn(CHECKCAST, to);
    }
  }

  private static void box(MethodVisitor code, Type primitive) {
    String wrapper = wrapper(primitive);
    code.visitMethodInsn(
        INVOKESTATIC,
        wrapper,
        "valueOf",
        "(" + primitive.getDescriptor() + ")L" + wrapper + ";",
        false);
  }

  /** By the wrapper that it is known to be, then widened; by the wanted one when none is known. */
  private void unbox(MethodVisitor code) {
    Type primitive = to;
    for (Map.Entry<Integer, String> each : WRAPPERS.entrySet()) {
      if (each.getValue().equals(known.getInternalName())) {
        primitive = primitiveOf(each.getKey());
      }
    }
    String wrapper = wrapper(primitive);
    cast(code, from, wrapper);
    code.visitMethodInsn(
        INVOKEVIRTUAL,
        wrapper,
        primitive.getClassName() + "Value",
        "()" + primitive.getDescriptor(),
        false);
    widen(code, primitive, to);
  }

  private static Type primitiveOf(int sort) {
    return switch (sort) {
      case Type.BOOLEAN -> Type.BOOLEAN_TYPE;
      case Type.BYTE -> Type.BYTE_TYPE;
      case Type.SHORT -> Type.SHORT_TYPE;
      case Type.CHAR -> Type.CHAR_TYPE;
      case Type.INT -> Type.INT_TYPE;
      case Type.LONG -> Type.LONG_TYPE;
      case Type.FLOAT -> Type.FLOAT_TYPE;
      default -> Type.DOUBLE_TYPE;
    };
  }

  private static void widen(MethodVisitor code, Type from, Type to) {
    int opcode =
        switch (from.getSort()) {
          case Type.LONG ->
              switch (to.getSort()) {
                case Type.FLOAT -> L2F;
                case Type.DOUBLE -> L2D;
                default -> 0;
              };
          case Type.FLOAT -> to.getSort() == Type.DOUBLE ? F2D : 0;
          case Type.DOUBLE, Type.BOOLEAN -> 0;
          default ->
              switch (to.getSort()) {
                case Type.LONG -> I2L;
                case Type.FLOAT -> I2F;
                case Type.DOUBLE -> I2D;
                default -> 0;
              };
        };
    if (opcode != 0) {
      code.visitInsn(opcode);
    }
  }
}
