package dev.atoll.node;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the packages of the node may know of each other. */
@AnalyzeClasses(packages = "dev.atoll.node", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule SQLITE_ALONE_KNOWS_SQLITE =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.atoll.node.sqlite")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("java.sql..", "org.sqlite..");

    @ArchTest
    static final ArchRule LEASE_AND_CONFIG_ALONE_KNOW_ETCD =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("dev.atoll.node.lease", "dev.atoll.node.config")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.etcd..");

    @ArchTest
    static final ArchRule INSTANCES_DO_NOT_KNOW_WHO_CALLS =
            noClasses()
                    .that()
                    .resideInAnyPackage("dev.atoll.node.instance", "dev.atoll.node.sqlite")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("dev.atoll.node.rpc", "io.grpc..");

    @ArchTest
    static final ArchRule SQLITE_KNOWS_NO_OTHER_PACKAGE =
            noClasses()
                    .that()
                    .resideInAPackage("dev.atoll.node.sqlite")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.atoll.node",
                            "dev.atoll.node.instance",
                            "dev.atoll.node.catalog",
                            "dev.atoll.node.folder",
                            "dev.atoll.node.lease");

    @ArchTest
    static final ArchRule JOURNAL_KNOWS_THE_DISK_ALONE =
            noClasses()
                    .that()
                    .resideInAPackage("dev.atoll.node.journal")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.atoll.node",
                            "dev.atoll.node.instance",
                            "dev.atoll.node.sqlite",
                            "dev.atoll.node.catalog",
                            "dev.atoll.node.folder",
                            "dev.atoll.node.lease");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("dev.atoll.node.(*)..").should().beFreeOfCycles();
}
