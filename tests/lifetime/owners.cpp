// SPDX-License-Identifier: Apache-2.0
// pawl.hpp: moves, order of ends, and the two levels. Usage: owners deferred|strict [PLAN]
#include <pawl/pawl.hpp>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

static int failures;
static std::string heard; // the log

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            std::printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                            \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

static_assert(!std::is_copy_constructible<pawl::plan>::value, "an owner cannot be copied");
static_assert(!std::is_copy_assignable<pawl::plan>::value, "an owner cannot be copied");
static_assert(std::is_nothrow_move_constructible<pawl::plan>::value, "an owner can be moved");
static_assert(std::is_nothrow_move_assignable<pawl::plan>::value, "an owner can be moved");
static_assert(!std::is_convertible<pawl_plan *, pawl::plan>::value, "taking a handle is explicit");
static_assert(sizeof(pawl::plan) == sizeof(void *), "an owner is a handle, no more");

static void hear(void *, pawl_log_level, const char *message)
{
    heard += message;
    heard += '\n';
}

static pawl::image make_image()
{
    static const std::uint8_t pixels[3] = {1, 2, 3};
    const pawl_image_view view = {1, 1, 3, pixels};
    pawl::image made;
    pawl_error error;
    CHECK(pawl_image_create(&view, made.out(), &error) == PAWL_OK);
    return made;
}

static void moves()
{
    pawl::image first = make_image();
    const std::uint64_t id = pawl_object_id(first);
    CHECK(id != 0);
    pawl::image second(std::move(first));
    CHECK(first.get() == nullptr && pawl_object_id(second) == id);
    pawl::image third = make_image();
    third = std::move(second); // its own is ended
    CHECK(pawl_object_id(third) == id && pawl_object_count() == 1);
    pawl::image &alias = third;
    third = std::move(alias);
    CHECK(pawl_object_id(third) == id);
    pawl_image *handle = third.release();
    CHECK(third.get() == nullptr && pawl_object_count() == 1);
    CHECK(third.reset(handle) == PAWL_OK && pawl_object_id(third) == id);
    pawl_image_view view;
    CHECK(pawl_image_view_get(third, &view, nullptr) == PAWL_OK && view.width == 1);
    CHECK(third.reset() == PAWL_OK && pawl_object_count() == 0);
    CHECK(third.reset() == PAWL_OK);
}

static void ends_at_the_end_of_the_block()
{
    pawl_image *copy = nullptr;
    {
        pawl::image image = make_image();
        copy = image;
        CHECK(pawl_object_id(copy) != 0);
    }
    CHECK(pawl_object_id(copy) == 0 && pawl_object_count() == 0);
}

static void an_end_by_hand_is_no_second_one()
{
    heard.clear();
    {
        pawl::image image = make_image();
        CHECK(pawl_image_destroy(image.out()) == PAWL_OK); // out() has ended it already
    }
    CHECK(heard.empty() && pawl_object_count() == 0);
}

static void a_scope_in_cxx()
{
    pawl_image *left = nullptr;
    {
        pawl::scope scope(pawl_scope_begin());
        left = make_image().release();
        CHECK(pawl_object_id(left) != 0);
    }
    CHECK(pawl_object_id(left) == 0 && pawl_object_count() == 0);
}

// A scope is its thread's: elsewhere an end is refused, and the owner has it still.
static void a_scope_of_another_thread()
{
    pawl::scope scope(pawl_scope_begin());
    pawl_scope *const handle = scope;
    pawl_status status = PAWL_OK;
    std::thread([&] { status = scope.reset(); }).join();
    CHECK(handle != nullptr && status == PAWL_ERR_ARGUMENT && scope.get() == handle);
    CHECK(scope.reset() == PAWL_OK && scope.get() == nullptr);
}

struct family {
    pawl::runtime runtime;
    pawl::plan plan;
    pawl::engine engine;
    pawl::context context;

    explicit family(const char *path)
    {
        pawl_error error;
        CHECK(pawl_runtime_create(nullptr, runtime.out(), &error) == PAWL_OK);
        CHECK(pawl_plan_load(path, plan.out(), &error) == PAWL_OK);
        CHECK(pawl_engine_create(runtime, plan, engine.out(), &error) == PAWL_OK);
        CHECK(pawl_context_create(engine, nullptr, context.out(), &error) == PAWL_OK);
    }
};

// Members declared in order of birth: nothing to refuse, nothing to defer.
static void the_order_of_declaration(const char *path)
{
    heard.clear();
    {
        family made(path);
        CHECK(pawl_object_count() == 4);
    }
    CHECK(heard.empty() && pawl_object_count() == 0);
}

// The wrong order on purpose: deferred lives on, strict refuses and changes nothing.
static void another_order(const char *path, bool is_strict)
{
    heard.clear();
    {
        family made(path);
        const pawl_status status = made.plan.reset();
        CHECK(status == (is_strict ? PAWL_ERR_IN_USE : PAWL_DEFERRED));
        CHECK((made.plan.get() != nullptr) == is_strict);
        CHECK((heard.find("PAWL-L006: plan #") != std::string::npos) == is_strict);
        CHECK(pawl_context_run(made.context, nullptr) == PAWL_OK);
    }
    CHECK(pawl_object_count() == 0);
}

// One owner for all that a file takes, and one end.
static void opened_in_one_call(const char *path)
{
    heard.clear();
    {
        pawl::detector detector;
        pawl_error error;
        CHECK(pawl_detector_open(path, nullptr, detector.out(), &error) == PAWL_OK);
        CHECK(pawl_object_count() == 5);
        pawl::image image = make_image();
        pawl_image *const images[] = {image.get()};
        pawl_detections found = PAWL_DETECTIONS_INIT;
        CHECK(pawl_detector_run(detector, images, 1, &found, nullptr, &error) == PAWL_OK);
        CHECK(detector.reset() == PAWL_OK && pawl_object_count() == 1);
    }
    CHECK(heard.empty() && pawl_object_count() == 0);
}

int main(int count, char **arguments)
{
    const bool is_strict = count > 1 && std::strcmp(arguments[1], "strict") == 0;
    const pawl_logger logger = {nullptr, PAWL_LOG_WARNING, hear};
    pawl_logger_set(&logger);
    CHECK(pawl_lifetime_set(is_strict ? PAWL_LIFETIME_STRICT : PAWL_LIFETIME_DEFERRED) == PAWL_OK);
    moves();
    ends_at_the_end_of_the_block();
    an_end_by_hand_is_no_second_one();
    a_scope_in_cxx();
    a_scope_of_another_thread();
    if (count > 2) {
        the_order_of_declaration(arguments[2]);
        another_order(arguments[2], is_strict);
        opened_in_one_call(arguments[2]);
    }
    std::printf("%d failed\n", failures);
    return failures == 0 ? 0 : 1;
}
