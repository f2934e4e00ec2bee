package dev.atoll.node.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The pages of a commit, as they are collected. */
class PageImagesTest {
    @Test
    void keepsTheLastImageOfEachPageInOrder() {
        var random = new Random(6);
        for (int pages : new int[] {1, 5, 16, 17, 200}) {
            var builder = PageImages.builder(512, 1);
            var expected = new TreeMap<Integer, byte[]>();
            for (int i = 0; i < pages * 3; i++) {
                int number = 1 + random.nextInt(pages);
                var image = new byte[512];
                random.nextBytes(image);
                builder.put(number, image, 0);
                expected.put(number, image);
            }
            int max = 1 + pages / 2;
            var images = builder.build(max);
            var wanted = expected.headMap(max, true);
            assertThat(images.count()).isEqualTo(wanted.size());
            int i = 0;
            for (var page : wanted.entrySet()) {
                assertThat(images.number(i)).isEqualTo(page.getKey());
                var image = new byte[512];
                images.image(i).get(image);
                assertThat(image).isEqualTo(page.getValue());
                i++;
            }
        }
    }
}
