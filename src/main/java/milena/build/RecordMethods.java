package milena.build;

import static org.objectweb.asm.Opcodes.ACC_INTERFACE;
import static org.objectweb.asm.Opcodes.ACC_STATIC;
import static org.objectweb.asm.Opcodes.ACC_SYNTHETIC;
import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.BIPUSH;
import static org.objectweb.asm.Opcodes.CHECKCAST;
import static org.objectweb.asm.Opcodes.F_SAME;
import static org.objectweb.asm.Opcodes.GETFIELD;
import static org.objectweb.asm.Opcodes.H_GETFIELD;
import static org.objectweb.asm.Opcodes.IADD;
import static org.objectweb.asm.Opcodes.ICONST_0;
import static org.objectweb.asm.Opcodes.ICONST_1;
import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.IFNE;
import static org.objectweb.asm.Opcodes.IF_ICMPNE;
import static org.objectweb.asm.Opcodes.IMUL;
import static org.objectweb.asm.Opcodes.INSTANCEOF;
import static org.objectweb.asm.Opcodes.INVOKESTATIC;
import static org.objectweb.asm.Opcodes.IRETURN;
import static org.objectweb.asm.Opcodes.LCMP;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;

/**
 * The {@code equals} and {@code hashCode} of a record, in code instead of by {@code
 * java.lang.runtime.ObjectMethods} at run time; with the same results. {@code toString} stays as it
 * is: a start has no use for it.
 */
final class RecordMethods {
  private static final String BOOTSTRAP = "java/lang/runtime/ObjectMethods";

  private final ClassNode host;
  private final List<Handle> fields;

  private RecordMethods(ClassNode host, List<Handle> fields) {
    this.host = host;
    this.fields = fields;
  }

  /** What takes the instruction's place in a method of the host; empty when it stays. */
  static Optional<AbstractInsnNode> replace(ClassNode host, InvokeDynamicInsnNode instruction) {
    boolean isOurs =
        instruction.bsm.getOwner().equals(BOOTSTRAP)
            && (host.access & ACC_INTERFACE) == 0
            && !instruction.name.equals("toString");
    if (!isOurs) {
      return Optional.empty();
    }
    List<Handle> fields = new ArrayList<>();
    for (int i = 2; i < instruction.bsmArgs.length; i++) {
      Handle field = (Handle) instruction.bsmArgs[i];
      if (field.getTag() != H_GETFIELD) {
        return Optional.empty();
      }
      fields.add(field);
    }
    String name = "record$" + instruction.name;
    MethodVisitor code =
        host.visitMethod(ACC_STATIC | ACC_SYNTHETIC, name, instruction.desc, null, null);
    RecordMethods record = new RecordMethods(host, fields);
    if (instruction.name.equals("equals")) {
      record.writeEquals(code);
    } else {
      record.writeHashCode(code);
    }
    return Optional.of(new MethodInsnNode(INVOKESTATIC, host.name, name, instruction.desc, false));
  }

  private void writeEquals(MethodVisitor code) {
    Label differs = new Label();
    code.visitVarInsn(ALOAD, 1);
    code.visitTypeInsn(INSTANCEOF, host.name);
    code.visitJumpInsn(IFEQ, differs);
    for (Handle field : fields) {
      read(code, 0, field);
      read(code, 1, field);
      Type type = Type.getType(field.getDesc());
      switch (type.getSort()) {
        case Type.BOOLEAN, Type.BYTE, Type.CHAR, Type.SHORT, Type.INT ->
            code.visitJumpInsn(IF_ICMPNE, differs);
        case Type.LONG -> {
          code.visitInsn(LCMP);
          code.visitJumpInsn(IFNE, differs);
        }
        case Type.FLOAT -> {
          call(code, "java/lang/Float", "compare", "(FF)I");
          code.visitJumpInsn(IFNE, differs);
        }
        case Type.DOUBLE -> {
          call(code, "java/lang/Double", "compare", "(DD)I");
          code.visitJumpInsn(IFNE, differs);
        }
        default -> {
          call(code, "java/util/Objects", "equals", "(Ljava/lang/Object;Ljava/lang/Object;)Z");
          code.visitJumpInsn(IFEQ, differs);
        }
      }
    }
    code.visitInsn(ICONST_1);
    code.visitInsn(IRETURN);
    code.visitLabel(differs);
    code.visitFrame(F_SAME, 0, null, 0, null);
    code.visitInsn(ICONST_0);
    LambdaClass.end(code, IRETURN);
  }

  private void writeHashCode(MethodVisitor code) {
    code.visitInsn(ICONST_0);
    for (Handle field : fields) {
      code.visitIntInsn(BIPUSH, 31);
      code.visitInsn(IMUL);
      read(code, 0, field);
      Type type = Type.getType(field.getDesc());
      if (Conversion.isPrimitive(type)) {
        call(code, Conversion.wrapper(type), "hashCode", "(" + field.getDesc() + ")I");
      } else {
        call(code, "java/util/Objects", "hashCode", "(Ljava/lang/Object;)I");
      }
      code.visitInsn(IADD);
    }
    LambdaClass.end(code, IRETURN);
  }

  private void read(MethodVisitor code, int local, Handle field) {
    code.visitVarInsn(ALOAD, local);
    if (local > 0) {
      code.visitTypeInsn(CHECKCAST, host.name);
    }
    code.visitFieldInsn(GETFIELD, host.name, field.getName(), field.getDesc());
  }

  private static void call(MethodVisitor code, String owner, String name, String type) {
    code.visitMethodInsn(INVOKESTATIC, owner, name, type, false);
  }
}
