package dev.atoll.node.config;

class MemoryConfigStoreTest extends ConfigStoreContract {
    private final MemoryConfigStore store = new MemoryConfigStore();

    @Override
    ConfigStore open() {
        return store;
    }
}
