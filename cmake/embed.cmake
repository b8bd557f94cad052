# embed_files(TARGET PATTERN…): puts the matching text files into TARGET; `embedded(path)` of
# "embedded.h" gives their text by the path from the source root.
function(embed_files target)
  set(files)
  foreach(pattern ${ARGN})
    if(pattern STREQUAL "CONFIGURE_DEPENDS")
      continue()
    endif()
    file(GLOB found CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/${pattern})
    list(APPEND files ${found})
  endforeach()
  list(SORT files)
  set(assembly "")
  set(declarations "")
  set(rows "")
  set(paths)
  set(index 0)
  foreach(file ${files})
    string(APPEND assembly
      "asm(\".section .rodata\\n.global mf_${target}_${index}\\n.global mf_${target}_${index}_end\\n\"\n"
      "    \"mf_${target}_${index}:\\n.incbin \\\"${CMAKE_SOURCE_DIR}/${file}\\\"\\nmf_${target}_${index}_end:\\n.byte 0\\n.previous\\n\");\n")
    string(APPEND declarations "extern const char mf_${target}_${index}[], mf_${target}_${index}_end[];\n")
    string(APPEND rows "    {\"${file}\", mf_${target}_${index}, mf_${target}_${index}_end},\n")
    list(APPEND paths ${CMAKE_SOURCE_DIR}/${file})
    math(EXPR index "${index} + 1")
  endforeach()
  set(out ${CMAKE_BINARY_DIR}/embedded/${target}.cc)
  file(CONFIGURE OUTPUT ${out} @ONLY CONTENT
"// Made by cmake/embed.cmake.
#include \"embedded.h\"
@assembly@
extern \"C\" {
@declarations@}
namespace mailfleet {
std::vector<EmbeddedFile> embedded_files_of_@target@() {
  return {
@rows@  };
}
}  // namespace mailfleet
")
  set_source_files_properties(${out} PROPERTIES OBJECT_DEPENDS "${paths}"
                              COMPILE_OPTIONS "-Wno-error")
  target_sources(${target} PRIVATE ${out})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/cmake)
endfunction()
